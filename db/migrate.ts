import { readdir, readFile } from 'node:fs/promises';
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Db } from './connect.ts';
import { assertDatabaseContext, assertFound, findDatabaseContext, notMigrated } from './database-context.ts';
import { assertRights } from './rights.ts';

const folder = new URL('./migrations/', import.meta.url);

/**
 * Migrates the database to the current version and grants the service its rights. Kysely's migrator holds an advisory
 * lock meanwhile, so any number of instances may start at once.
 * Throws the error of the failing statement, and then the whole run is rolled back. Throws before any migration if this
 * login or this database cannot be used.
 */
export async function migrate(db: Db): Promise<readonly string[]> {
  const context = await findDatabaseContext(db);
  assertDatabaseContext(context);
  if (!context.mayMigrate) {
    assertFound(context);
    const missing = context.mayRead ? await missingMigrations(db) : [];
    if (!context.mayRead || missing.length > 0) throw notMigrated(context.database, context.login, missing);
  }
  const migrationTableSchema = context.schema ?? 'public'; // else it would find the tables of another schema
  const migrator = new Migrator({ db, provider: { getMigrations }, migrationTableSchema });
  const { error, results } = await migrator.migrateToLatest();
  if (error) throw error;
  await assertRights(db, context.mayMigrate);
  return (results ?? []).map((result) => result.migrationName);
}

/**
 * The names of the migrations that this code needs and the database lacks. Newer migrations in the database are
 * allowed.
 */
export async function missingMigrations(db: Db): Promise<readonly string[]> {
  const { rows: tables } = await sql`select where to_regclass('kysely_migration') is not null`.execute(db);
  if (tables.length === 0) return names();
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const there = new Set(rows.map(({ name }) => name));
  return (await names()).filter((name) => !there.has(name));
}

let known: Promise<readonly string[]> | undefined; // the files of a release do not change

function names(): Promise<readonly string[]> {
  known ??= getMigrations().then((all) => Object.keys(all));
  return known;
}

async function getMigrations(): Promise<Record<string, Migration>> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')));
  return Object.fromEntries(
    files.map((name, at) => [name.replace('.sql', ''), { up: run(texts[at] ?? '') }]),
  );
}

/**
 * A statement ends with a semicolon at the end of a line, outside of $$. They run one by one, because PGlite requires
 * it.
 */
const statement = /(?:\$\$[\s\S]*?\$\$|[^$]|\$(?!\$))+?;\s*$/gm;

function run(text: string) {
  return async (db: Kysely<unknown>) => {
    for (const [one] of text.matchAll(statement)) await sql.raw(one).execute(db);
  };
}
