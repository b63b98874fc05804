import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectPostgres } from '../../db/connect.ts';
import { readConfig } from '../../src/config.ts';
import { openService } from '../../src/open-service.ts';
import { createUser } from '../../src/users/create-user.ts';
import { createDatabase, serverUrl } from '../support/database.ts';
import { console_ } from '../support/world.ts';

const password = 'seven wet umbrellas';

/** The service on a database that was told so before. */
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

describe.skipIf(!serverUrl)('a database that prescribes how values are written', () => {
  test.each([
    "datestyle to 'German, DMY'",
    "datestyle to 'SQL, MDY'",
    "datestyle to 'Postgres, DMY'",
    "client_encoding to 'LATIN1'",
    "intervalstyle to 'iso_8601'",
    "timezone to 'America/New_York'",
    "bytea_output to 'escape'",
    'standard_conforming_strings to off',
    "default_transaction_isolation to 'serializable'",
  ])('with %s people log in, are known and refresh', async (setting) => {
    const { app, deps } = await serviceWith(setting);
    const post = (url: string, payload: object) => app.inject({ method: 'POST', url, payload });
    const input = { username: 'ann', password, roles: ['user' as const], email: null, phone: null };
    await createUser(deps, input, console_);
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
