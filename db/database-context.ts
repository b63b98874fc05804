import { sql } from 'kysely';
import type { Db } from './connect.ts';

/** The database, the schema and the rights of a connection's login. */
export type DatabaseContext = {
  readonly version: number;
  readonly encoding: string;
  readonly database: string;
  readonly login: string;
  readonly path: string;
  /** The schema for new tables. Null if the search_path names no existing schema. */
  readonly schema: string | null;
  /** The schema in which the login finds the tables. Null if it finds none. */
  readonly home: string | null;
  /** A schema with Sallyport's tables that the search_path does not name. */
  readonly elsewhere: string | null;
  readonly mayMigrate: boolean;
  readonly mayRead: boolean;
};

export async function findDatabaseContext(db: Db): Promise<DatabaseContext> {
  const { rows } = await sql<DatabaseContext>`
    select current_setting('server_version_num')::integer as version, current_setting('server_encoding') as encoding,
      current_database() as database, session_user as login, current_setting('search_path') as path,
      current_schema() as schema, n.nspname as home,
      (select min(o.nspname) from pg_class x join pg_namespace o on o.oid = x.relnamespace
        where x.relname = 'kysely_migration' and exists (
          select from pg_class y where y.relname = 'audit_seals' and y.relnamespace = x.relnamespace)) as elsewhere,
      coalesce(pg_has_role(c.relowner, 'usage'), has_schema_privilege(current_schema(), 'create'), false) as may_migrate,
      coalesce(has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'), false) as may_read
    from (select to_regclass('kysely_migration') as oid) as found
      left join pg_class c on c.oid = found.oid
      left join pg_namespace n on n.oid = c.relnamespace`.execute(db);
  const [context] = rows;
  if (!context) throw new Error('The query returned no row');
  return context;
}

/** Throws, with a remedy, if the service could not work or would not find its tables. */
export function assertDatabaseContext({ version, encoding, ...context }: DatabaseContext): void {
  const { database, login, path, schema, home } = context;
  const alter = `alter role ${login} in database ${database} set search_path = ${home ?? 'public'};`;
  if (version < 150_000)
    throw new Error(
      `The server is PostgreSQL ${Math.floor(version / 10_000)}. Sallyport needs PostgreSQL 15 or newer.`,
    );
  if (encoding !== 'UTF8')
    throw new Error(
      `The database ${database} has the encoding ${encoding}, which cannot store every name. Create a database with: create database … encoding 'UTF8' template template0;`,
    );
  if (schema === null)
    throw new Error(
      `The search_path of the login ${login} is ${path}. It names no schema that this login may use in the database ${database}. Create the schema, or run: ${alter}`,
    );
  if (home !== null && home !== schema)
    throw new Error(
      `The tables of Sallyport are in the schema ${home}, but new tables would go into the schema ${schema}. The search_path of the login ${login} is ${path}. Run: ${alter}`,
    );
}

/** Throws if this login finds no tables. */
export function assertFound({ database, login, path, home, elsewhere }: DatabaseContext): void {
  if (home !== null) return;
  if (elsewhere !== null)
    throw new Error(
      `The tables of Sallyport are in the schema ${elsewhere}. The search_path of the login ${login} does not name that schema: ${path}. Run: alter role ${login} in database ${database} set search_path = ${elsewhere};`,
    );
  throw notMigrated(database, login);
}

export function notMigrated(database: string, login: string, missing: readonly string[] = []): Error {
  const which =
    missing.length > 0 ? ` It lacks ${missing.length === 1 ? '' : 'the migrations '}${listed(missing)}.` : '';
  return new Error(
    `The database ${database} is not migrated, and the login ${login} may not migrate it.${which} Run \`sallyport migrate\` as the owner, with MIGRATION_DATABASE_URL.`,
  );
}

function listed(names: readonly string[]): string {
  return names.length > 3 ? `${names[0]} to ${names.at(-1)}` : names.join(', ');
}
