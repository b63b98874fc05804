import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectPostgres } from '../../db/connect.ts';
import { createUser } from '../../src/features/users/create-user.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openService } from '../../src/service/open-service.ts';
import { createDatabase, serverUrl } from '../support/database.ts';
import { consoleContext } from '../support/world.ts';

const password = 'seven wet umbrellas';

/** The service on a database with this setting. */
async function serviceWith(setting: string) {
  const made = await createDatabase();
  onTestFinished(made.drop);
  const { db, close } = connectPostgres(made.url, 1);
  await sql.raw(`alter database ${made.name} set ${setting}`).execute(db);
  await close();
  const VAULT_KEYS = `k1:${randomBytes(32).toString('base64')}`;
  const config = readConfig({ DATABASE_URL: made.url, VAULT_KEYS, LOG_LEVEL: 'silent' });
  const service = await openService(config, () => {});
  onTestFinished(service.close);
  return service;
}

/**
 * What is prescribed, and whom that would hurt. Only the styles of dates change an answer today; without the line in
 * prepare-session.ts that case fails at the login. The others are guards: they fail at the setting itself, because nothing
 * that the service asks for is written in these forms yet, or because something else stands in front of it.
 */
const cases = [
  ["datestyle to 'German, DMY'", 'ISO, YMD', 'the driver reads dates as ISO'],
  ["datestyle to 'SQL, MDY'", 'ISO, YMD', 'the driver reads dates as ISO'],
  ["datestyle to 'Postgres, DMY'", 'ISO, YMD', 'the driver reads dates as ISO'],
  ["client_encoding to 'LATIN1'", 'UTF8', 'names in UTF-8; the driver asks for it, too, as it connects'],
  ["intervalstyle to 'iso_8601'", 'postgres', 'an interval that is read; none is today'],
  ["timezone to 'America/New_York'", 'UTC', 'a day that SQL reckons without naming a zone'],
  ["bytea_output to 'escape'", 'hex', 'a bytea that SQL turns into text; the driver reads both'],
  ['extra_float_digits to -15', '1', 'a fraction that is read whole; none is today'],
  ['standard_conforming_strings to off', 'on', 'a backslash within a literal of a migration'],
  ["default_transaction_isolation to 'serializable'", 'read committed', 'transactions that would give way'],
  ["statement_timeout to '1min'", '5s', 'requests behind a statement that never ends'],
  ["idle_in_transaction_session_timeout to '0'", '10s', 'locks of an instance whose line is gone'],
  ["idle_session_timeout to '1min'", '0', 'connections that the pool keeps for the next request'],
] as const;

describe.skipIf(!serverUrl)('a database that prescribes how values are written', () => {
  test.each(cases)('with %s people log in, are known and refresh', async (setting, ours, _whom) => {
    const { app, deps } = await serviceWith(setting);
    const name = setting.split(' ')[0] ?? '';
    const { rows } = await sql`select current_setting(${name}) as ours`.execute(deps.db);
    expect(rows).toEqual([{ ours }]);
    const post = (url: string, payload: object) => app.inject({ method: 'POST', url, payload });
    const input = { username: 'ann', password, roles: ['user' as const], email: null, phone: null };
    await createUser(deps, consoleContext(), input);
    const login = await post('/auth/login', { username: 'ann', password });
    expect(login.statusCode).toBe(200);
    const { access_token: bearer, refresh_token } = login.json();
    const me = await app.inject({ url: '/auth/me', headers: { authorization: `Bearer ${bearer}` } });
    expect(me.statusCode).toBe(200);
    expect((await post('/auth/refresh', { refresh_token })).statusCode).toBe(200);
    expect((await post('/auth/login', { username: '\u{1f511}', password })).statusCode).toBe(401);
    expect((await app.inject({ url: '/health/ready' })).statusCode).toBe(200);
  });
});
