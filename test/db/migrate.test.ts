import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectPostgres } from '../../db/connect.ts';
import { migrate } from '../../db/migrate.ts';
import { createDatabase, freshDatabase, serverUrl } from '../support/database.ts';
import { snapshot } from '../support/snapshot.ts';

describe('migrating', () => {
  test.skipIf(!serverUrl)(
    'ten instances that start at once on an empty PostgreSQL make one schema',
    async () => {
      const { url, drop } = await createDatabase();
      onTestFinished(drop);
      const instances = Array.from({ length: 10 }, () => connectPostgres(url, 2));
      const made = await Promise.all(instances.map(({ db }) => migrate(db)));
      const [first] = instances;
      const files = made.flat();
      expect(files).toContain('0001_users_factors_sessions');
      expect(new Set(files).size).toBe(files.length); // each was run by one of them
      expect(first && Object.keys(await snapshot(first.db))).toContain('users');
      expect(await Promise.all(instances.map(({ db }) => migrate(db)))).toEqual(Array(10).fill([]));
      await Promise.all(instances.map(({ close }) => close()));
    },
  );

  test('a database that is up to date is left as it is, and so is what is in it', async () => {
    const { db, close } = await freshDatabase();
    await db
      .insertInto('sends')
      .values({ subject: 'kept', sent: 1, windowEndsAt: new Date(0), lastSentAt: new Date(0) })
      .execute();
    const before = await snapshot(db);
    expect(await migrate(db)).toEqual([]);
    expect(await migrate(db)).toEqual([]);
    expect(await snapshot(db)).toEqual(before);
    await close();
  });
});

test('hints from before are masked as those of today', async () => {
  const { owner, close } = await freshDatabase();
  const userId = randomUUID();
  const made = new Date(0);
  await sql`insert into users (id, username, email, roles, password_hash, created_at, password_changed_at)
    values (${userId}, 'ann', null, '{user}', '', ${made}, ${made})`.execute(owner);
  const insert = (method: string, hint: string | null) =>
    sql`insert into factors (id, user_id, method, label, hint, data_sealed, created_at)
      values (${randomUUID()}, ${userId}, ${method}, 'one', ${hint}, '', ${made})`.execute(owner);
  for (const hint of ['j•••@i•••.smith@intranet', 'r•••@l•••t', 'a•••@e•••.gov', 'b•••@i•••'])
    await insert('email', hint);
  await insert('sms', '+1•••••••••00');
  await insert('totp', null);
  const text = await readFile(
    new URL('../../db/migrations/0022_hints_without_addresses.sql', import.meta.url),
    'utf8',
  );
  await sql.raw(text).execute(owner);
  const { rows } = await sql<{ hint: string | null }>`select hint from factors`.execute(owner);
  const hints = rows.map(({ hint }) => String(hint)).sort();
  expect(hints).toEqual(
    ['j•••@i•••', 'r•••@l•••', 'a•••@e•••.gov', 'b•••@i•••', '+1•••••••••00', 'null'].sort(),
  );
  await close();
});

describe('numbers', () => {
  test('attack 10 a count is a number: ten and one are eleven', async () => {
    const { db, close } = await freshDatabase();
    const { rows } = await sql<{ count: number; sum: number; big: number; nothing: number | null }>`
      select count(*) as count, 10::bigint as sum, 9007199254740991 as big, null::bigint as nothing
      from generate_series(1, 10)`.execute(db);
    expect(rows[0]).toEqual({ count: 10, sum: 10, big: Number.MAX_SAFE_INTEGER, nothing: null });
    expect((rows[0]?.count ?? 0) + 1).toBe(11);
    const { total } = await db
      .selectFrom('users')
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    expect(total).toBe(0);
    await close();
  });
});
