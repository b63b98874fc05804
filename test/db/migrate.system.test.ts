import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectPostgres } from '../../db/connect.ts';
import { connectEmbedded } from '../../db/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openDatabase } from '../../src/service/open-database.ts';
import { createDatabase, freshDatabase, serverUrl } from '../support/database.ts';

test.skipIf(!serverUrl)(
  'the embedded database migrates as PostgreSQL does: the same tables and columns',
  async () => {
    const embedded = await connectEmbedded('memory:');
    onTestFinished(embedded.close);
    expect(await migrate(embedded.db)).toContain('0001_users_factors_sessions');
    const other = await freshDatabase();
    onTestFinished(other.close);
    expect(await columnsOf(embedded.db)).toEqual(await columnsOf(other.db));
  },
);

describe.skipIf(!serverUrl)('a statement of a migration', () => {
  const patience = 30_000;
  async function emptyDatabase() {
    const made = await createDatabase();
    onTestFinished(made.drop);
    const { db, close } = connectPostgres(made.url, 1);
    onTestFinished(close);
    const run = (statement: string) => sql.raw(statement).execute(db);
    const VAULT_KEYS = `k1:${randomBytes(32).toString('base64')}`;
    const open = async () => {
      const { database } = await openDatabase(readConfig({ DATABASE_URL: made.url, VAULT_KEYS }));
      await database.close();
    };
    return { db, run, open };
  }

  test(
    'may take longer than one of a request',
    async () => {
      const { run, open } = await emptyDatabase();
      await run('create sequence slept');
      await run(`create function sleep_once() returns event_trigger language plpgsql as
        $$ begin if nextval('slept') = 1 then perform pg_sleep(5.5); end if; end $$`);
      await run(`create event trigger slow on ddl_command_start when tag in ('CREATE VIEW')
        execute function sleep_once()`);
      await open();
      expect((await run('select is_called from slept')).rows).toEqual([{ isCalled: true }]);
    },
    patience,
  );

  test(
    'does not wait long for a lock, and says so',
    async () => {
      const { db, open } = await emptyDatabase();
      await open();
      await db.transaction().execute(async (rival) => {
        await sql`lock table kysely_migration in access exclusive mode`.execute(rival);
        const began = Date.now();
        const opening = open().then(
          () => 'opened',
          (error: Error) => error.message,
        );
        const still = sql`select pg_sleep(1)`; // a transaction that is idle is ended
        for (let second = 0; second < 7; second += 1) await still.execute(rival);
        expect(await Promise.race([opening, 'still waits'])).toMatch(
          /lock timeout\. Another client holds a lock that this needs\. Try again/,
        );
        expect(Date.now() - began).toBeGreaterThan(4_000);
      });
      await open();
    },
    patience,
  );
});

async function columnsOf(db: Awaited<ReturnType<typeof freshDatabase>>['db']) {
  const { rows } = await sql<{ column: string }>`
    select concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) as column
    from information_schema.columns where table_schema = 'public'
    order by table_name, ordinal_position`.execute(db);
  expect(rows.length).toBeGreaterThan(50);
  return rows;
}
