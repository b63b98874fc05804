import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectPostgres } from '../../db/connect.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openDatabase } from '../../src/service/open-database.ts';
import { createDatabase, serverUrl } from '../support/database.ts';

describe.skipIf(!serverUrl)('AU-5 the logins of the database', () => {
  const name = randomBytes(4).toString('hex');
  const [owner, service] = [`owner_${name}`, `service_${name}`];
  let made: Awaited<ReturnType<typeof createDatabase>>;
  const onServer = async (...statements: string[]) => {
    const { db, close } = connectPostgres(made.url, 1);
    for (const statement of statements) await sql.raw(statement).execute(db);
    await close();
  };
  beforeEach(async () => {
    made = await createDatabase();
    const database = new URL(made.url).pathname.slice(1);
    await onServer(
      `do $$ begin create role sallyport_service nologin; exception when duplicate_object or unique_violation then null; end $$`,
      `create role ${owner} login password 'x'`,
      `create role ${service} login password 'y'`,
      `alter database ${database} owner to ${owner}`,
    );
  });
  afterEach(async () => {
    await made.drop();
    made = await createDatabase();
    await onServer(`drop role ${owner}`, `drop role ${service}`);
    await made.drop();
  });

  const urlOf = (login: string, password: string) => {
    const url = new URL(made.url);
    url.username = login;
    url.password = password;
    return url.href;
  };
  const open = (env: Record<string, string>) =>
    openDatabase(readConfig({ VAULT_KEYS: `k1:${randomBytes(32).toString('base64')}`, ...env }));

  test('may be two: the owner migrates, and the service can change nothing in the audit, in any role that it takes', async () => {
    await onServer(`grant sallyport_service to ${service}`);
    const both = { MIGRATION_DATABASE_URL: urlOf(owner, 'x'), DATABASE_URL: urlOf(service, 'y') };
    await (await open(both)).database.close();
    const { database } = await open({ DATABASE_URL: both.DATABASE_URL }); // there is nothing left to migrate
    await database.db.selectFrom('users').selectAll().execute();
    for (const statement of [
      'delete from audit_events',
      'alter table audit_events add x text',
      `set role ${owner}`,
    ])
      await expect(sql.raw(`reset role; ${statement}`).execute(database.db)).rejects.toThrow(
        /denied|must be owner/,
      );
    await database.close();
  });

  test('that are one must be a member of the role, and the error says what to do', async () => {
    const env = { DATABASE_URL: urlOf(owner, 'x') };
    await expect(open(env)).rejects.toThrow('must run: grant sallyport_service to that login;');
    await onServer(`grant sallyport_service to ${owner}`);
    const { database } = await open(env);
    await expect(database.db.deleteFrom('auditEvents').execute()).rejects.toThrow('permission denied');
    await database.close();
  });

  test('that name another role in their options are in the role of the service all the same', async () => {
    await onServer(`grant sallyport_service to ${owner}`);
    const env = { DATABASE_URL: `${urlOf(owner, 'x')}?options=-c%20role%3Dnone` };
    const { database } = await open(env);
    await expect(database.db.deleteFrom('auditEvents').execute()).rejects.toThrow('permission denied');
    await database.close();
  });

  test.each(['audit_events', 'audit_seals'])(
    'are refused where the role may change one column of %s',
    async (table) => {
      await onServer(`grant sallyport_service to ${owner}`);
      const env = { DATABASE_URL: urlOf(owner, 'x') };
      await (await open(env)).database.close();
      const column = table === 'audit_events' ? 'ip' : 'events';
      await onServer(`grant update (${column}) on ${table} to sallyport_service`);
      await expect(open(env)).rejects.toThrow('The database allows sallyport_service to change the audit.');
    },
  );
});
