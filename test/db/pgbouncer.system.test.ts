import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createUser } from '../../src/features/users/create-user.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openDatabase } from '../../src/service/open-database.ts';
import { openService } from '../../src/service/open-service.ts';
import { createDatabase, serverUrl } from '../support/database.ts';
import { hasPgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { until } from '../support/programs.ts';
import { consoleContext } from '../support/world.ts';

const password = 'seven wet umbrellas';
const VAULT_KEYS = `k1:${randomBytes(32).toString('base64')}`;

describe.skipIf(!hasPgBouncer || !serverUrl)('behind PgBouncer', () => {
  let made: Awaited<ReturnType<typeof createDatabase>>;
  beforeAll(async () => {
    made = await createDatabase();
  });
  afterAll(() => made.drop());

  const configOf = (url: string, more: Readonly<Record<string, string>> = {}) =>
    readConfig({ DATABASE_URL: url, VAULT_KEYS, LOG_LEVEL: 'silent', ...more });

  test('with pool_mode = session it migrates, logs people in, and is notified by other instances', async () => {
    const bouncer = await startPgBouncer(serverUrl ?? '', 'session');
    onTestFinished(bouncer.close);
    const config = configOf(bouncer.urlOf(made.url));
    const service = await openService(config, () => {});
    onTestFinished(service.close);
    const username = `u-${randomBytes(4).toString('hex')}`;
    const input = { username, password, roles: ['user' as const], email: null, phone: null };
    await createUser(service.deps, consoleContext(), input);
    const login = await service.app.inject({
      method: 'POST',
      url: '/auth/login',
      payload: { username, password },
    });
    expect(login.statusCode).toBe(200);
    const me = { url: '/auth/me', headers: { authorization: `Bearer ${login.json().access_token}` } };
    expect((await service.app.inject(me)).statusCode).toBe(200);

    const { database } = await openDatabase(config);
    onTestFinished(database.close);
    const received: string[] = [];
    await database.listen('pooled', (payload) => received.push(payload));
    await sql`select pg_notify('pooled', 'word')`.execute(service.deps.db);
    await until('the other instance is notified', () => received.includes('word'));
  });

  test('each connection has the limits and the role of the service', async () => {
    const bouncer = await startPgBouncer(serverUrl ?? '', 'session');
    onTestFinished(bouncer.close);
    const { database } = await openDatabase(configOf(bouncer.urlOf(made.url)));
    const { rows } = await sql`select current_user as role, current_setting('statement_timeout') as statement,
      current_setting('idle_in_transaction_session_timeout') as idle`.execute(database.db);
    expect(rows).toEqual([{ role: 'sallyport_service', statement: '5s', idle: '10s' }]);
    await database.close();
  });

  test.each(['transaction', 'statement'] as const)(
    'with pool_mode = %s it does not start, and says what to set',
    async (mode) => {
      const bouncer = await startPgBouncer(serverUrl ?? '', mode);
      onTestFinished(bouncer.close);
      await expect(openDatabase(configOf(bouncer.urlOf(made.url)))).rejects.toThrow(
        /DATABASE_URL.*several clients.*Set pool_mode = session in PgBouncer/,
      );
    },
  );

  test('nor where only the service goes through it, and the owner does not', async () => {
    const bouncer = await startPgBouncer(serverUrl ?? '', 'transaction');
    onTestFinished(bouncer.close);
    const config = configOf(bouncer.urlOf(made.url), { MIGRATION_DATABASE_URL: made.url });
    await expect(openDatabase(config)).rejects.toThrow(/PostgreSQL at DATABASE_URL .*several clients/);
  });
});
