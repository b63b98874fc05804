import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { connectPostgres } from '../../db/connect.ts';
import { createDatabase, serverUrl } from '../support/database.ts';

test.skipIf(!serverUrl)('a commit that fails is not sent again, where it would seem to succeed', async () => {
  const made = await createDatabase();
  const { db, close } = connectPostgres(made.url, 1);
  try {
    await sql`create table kept (x int)`.execute(db);
    await sql`create function give_way() returns trigger language plpgsql as
      $$ begin raise exception 'gives way' using errcode = '40001'; end $$`.execute(db);
    await sql`create constraint trigger late after insert on kept deferrable initially deferred
      for each row execute function give_way()`.execute(db);
    const work = db.transaction().execute((tx) => sql`insert into kept values (1)`.execute(tx));
    await expect(work).rejects.toThrow('gives way');
  } finally {
    await close();
    await made.drop();
  }
});
