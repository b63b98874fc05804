import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Actor, codeOf, wrongCodeOf } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { rowsOfKeptPlan } from '../support/kept-plan.ts';
import { useWorld } from '../support/use-world.ts';

/**
 * After an import the database has many rows and no statistics yet. A plan that is made then must read the rows of one
 * user only, because a connection keeps it.
 */
describe.skipIf(!serverUrl)('before the database has statistics', () => {
  // Before the world opens its connections: each of them keeps the function that it found.
  const query = vi.spyOn(pg.Client.prototype, 'query');
  afterAll(() => query.mockRestore());
  const world = useWorld({ newDatabase: true });
  const others = 10_000;
  const few = 300; // small tables of the settings are read whole
  let ann: Actor & { readonly secret: string };

  beforeAll(async () => {
    const { owner } = world.database;
    const tables = ['users', 'factors', 'throttles', 'logins', 'challenges', 'sessions', 'refresh_tokens'];
    for (const table of [...tables, 'audit_events', 'last_logins', 'trusted_devices'])
      await sql`alter table ${sql.table(table)} set (autovacuum_enabled = off)`.execute(owner);
    await sql`
      with made as (
        insert into users (id, username, password_hash, password_changed_at, roles, created_at)
        select gen_random_uuid(), 'm' || n, 'x', now(), array['user'], now() from generate_series(1, ${others}::int) n
        returning id
      ), throttled as (
        insert into throttles (user_id, window_ends_at) select id, now() from made
      ), known as (
        insert into factors (id, user_id, method, label, data_sealed, created_at, confirmed_at)
        select gen_random_uuid(), id, 'totp', 'App', 'x', now(), now() from made
      )
      insert into sessions (id, user_id, area, acr, method, amr, auth_time, mfa_time, created_at, last_active_at, expires_at, ip)
      select gen_random_uuid(), id, 'public', 'urn:sallyport:acr:2', 'totp', array['pwd'], now(), now(), now(), now(),
        now() + interval '1 day', '192.0.2.1' from made`.execute(owner);
    const made = await world.user();
    ann = { ...made, ...(await made.enrolTotp()) };
  });

  const login = async () => String((await ann.login()).body.temp_token);

  test.each<[string, () => Promise<() => Promise<unknown>>]>([
    ['a login', async () => () => ann.login()],
    ['a wrong password', async () => () => ann.login('public', { password: 'wrong' })],
    ['a right code', async () => verifying(await login(), codeOf(ann.secret))],
    ['a wrong code', async () => verifying(await login(), wrongCodeOf(ann.secret))],
  ])('%s reads few rows by plans that are kept', async (_name, prepare) => {
    const work = await prepare();
    query.mockClear();
    await work();
    const asked = query.mock.calls.map(([one]) => one as unknown as pg.QueryConfig);
    const statements = asked.filter(
      ({ text = '' }) => /\b(factors|sessions|throttles)\b/.test(text) && !/insert into logins/.test(text), // twice is not possible
    );
    expect(statements.length).toBeGreaterThan(0);
    for (const { text, values } of statements)
      expect(await rowsOfKeptPlan(world.database.url, text, values), text).toBeLessThan(few);
  });

  function verifying(tempToken: string, code: string) {
    return () => ann.verify(tempToken, code);
  }
});
