import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { connectPostgres } from '../../db/connect.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openDatabase } from '../../src/service/open-database.ts';
import { createDatabase } from './database.ts';

const VAULT_KEYS = `k1:${randomBytes(32).toString('base64')}`;

/** An empty database with an owner and a login of the service, as docs/operations.md makes them. */
export async function databaseWithLogins() {
  const made = await createDatabase();
  const run = async (...statements: string[]) => {
    const { db, close } = connectPostgres(made.url, 1);
    try {
      for (const statement of statements) await sql.raw(statement).execute(db);
    } finally {
      await close();
    }
  };
  const word = randomBytes(4).toString('hex');
  const [owner, service] = [`owner_${word}`, `service_${word}`];
  await run(
    `do $$ begin create role sallyport_service nologin; exception when duplicate_object or unique_violation then null; end $$`,
    `create role ${owner} login password 'quiet harbours'`,
    `create role ${service} login password 'quiet harbours' in role sallyport_service`,
    `alter database ${made.name} owner to ${owner}`,
  );
  const urlOf = (username: string) =>
    Object.assign(new URL(made.url), { username, password: 'quiet harbours' }).href;
  const env = { MIGRATION_DATABASE_URL: urlOf(owner), DATABASE_URL: urlOf(service) };
  /** Opens it as the service does, by these variables, and gives it up again. */
  const open = async (variables: Readonly<Record<string, string>>) => {
    const { database } = await openDatabase(readConfig({ VAULT_KEYS, ...variables }));
    await database.close();
  };
  const drop = async () => {
    await made.drop();
    const { db, close } = connectPostgres(
      Object.assign(new URL(made.url), { pathname: '/postgres' }).href,
      1,
    );
    await sql.raw(`drop role ${owner}; drop role ${service}`).execute(db);
    await close();
  };
  return { ...made, owner, service, env, run, open, drop };
}
