import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountCases } from '../support/account-cases.ts';
import { approvalCases } from '../support/approval-cases.ts';
import { type AuditWorld, createAuditWorld } from '../support/audit-cases.ts';
import { serverUrl } from '../support/database.ts';
import { duoCases } from '../support/duo-cases.ts';
import { loginCases } from '../support/login-cases.ts';
import { recoveryCases } from '../support/recovery-cases.ts';

/**
 * Two changes of one account that lock its rows in different orders wait for each other, until PostgreSQL gives one up
 * after a second. So each change locks the user's row first.
 */
describe.skipIf(!serverUrl)('while somebody else changes an account', () => {
  let world: AuditWorld;
  let rival: pg.Client;
  let tables: readonly string[];
  beforeAll(async () => {
    world = await createAuditWorld();
    rival = new pg.Client({ connectionString: world.database.url ?? '', application_name: 'rival' });
    await rival.connect();
    const { rows } = await rival.query<{ name: string }>(
      `select table_name as name from information_schema.columns join information_schema.tables using (table_schema, table_name)
       where table_schema = 'public' and column_name = 'user_id' and table_type = 'BASE TABLE'
         and table_name <> 'audit_events'`,
    );
    tables = ['users', ...rows.map(({ name }) => name)];
  });
  afterAll(async () => {
    await rival.end();
    await world.close();
  });

  async function isWaiting(): Promise<boolean> {
    const { rows } = await sql`
      select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and application_name <> 'rival' limit 1`.execute(
      world.database.owner,
    );
    return rows.length === 1;
  }

  async function lockedTables(): Promise<readonly string[]> {
    const skipping = tables.map(
      (table) => `select '${table}' as name, (select count(*) from ${table}) as rows,
        (select count(*) from (select from ${table} for no key update skip locked) free) as free`,
    );
    const { rows } = await rival.query<{ name: string }>(
      `select name from (${skipping.join(' union all ')}) counted where free < rows`,
    );
    return rows.map(({ name }) => name);
  }

  /** The tables with rows that the act has locked while it waits for those that somebody else holds. */
  async function lockedDuring(act: () => Promise<unknown>, held: string): Promise<readonly string[]> {
    await rival.query('begin');
    await rival.query(`select from ${held} for no key update`);
    let isDone = false;
    const done = act().finally(() => {
      isDone = true;
    });
    await expect.poll(async () => isDone || (await isWaiting()), { interval: 2 }).toBe(true);
    const locked = await lockedTables();
    await rival.query('commit');
    await done;
    return locked;
  }

  const cases = [...loginCases, ...accountCases, ...approvalCases, ...recoveryCases, ...duoCases];

  test.each(cases)('HT-5 nothing is locked by $what', async ({ given }) => {
    expect(await lockedDuring(await given(world), 'users')).toEqual([]);
  });

  const failing = cases.filter(({ expected }) => expected.some((event) => event.startsWith('mfa_failed')));

  test.each(failing)('HT-5 the user is locked first by $what', async ({ given }) => {
    const locked = await lockedDuring(await given(world), 'logins');
    expect(locked.length === 0 || locked.includes('users'), locked.join()).toBe(true);
  });
});
