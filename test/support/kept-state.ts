import { sql } from 'kysely';
import type { Db } from '../../db/connect.ts';

/**
 * Keeps what a PostgreSQL database holds, and returns what puts that back: every row of every table, and the next value
 * of each sequence. It does not put back what a test does to tables, rights or triggers. `owner` is a superuser on one
 * connection: no trigger and no foreign key refuses what it does. `schema` is where it keeps the rows.
 */
export async function keepState(owner: Db, schema = 'kept'): Promise<() => Promise<void>> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(owner);
  const { rows: sequences } = await sql<{ name: string; next: number }>`
    select sequencename as name, coalesce(last_value + 1, start_value) as next
    from pg_sequences where schemaname = 'public'`.execute(owner);
  await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(owner); // of a file before
  await sql`create schema ${sql.id(schema)}`.execute(owner);
  const filled: string[] = [];
  for (const { name } of tables) {
    const [from, to] = [sql.id('public', name), sql.id(schema, name)];
    if ((await sql`select from ${from} limit 1`.execute(owner)).rows.length === 0) continue;
    await sql`create table ${to} as table ${from}`.execute(owner);
    filled.push(name);
  }
  const statements = [
    ...tables.map(({ name }) => `delete from public."${name}"`),
    ...filled.map((name) => `insert into public."${name}" overriding system value table ${schema}."${name}"`),
    ...sequences.map(({ name, next }) => `perform setval('public."${name}"', ${next}, false)`),
  ];
  // A function and no list of statements: one call, and each connection plans its statements once.
  await sql
    .raw(
      `create function ${schema}.restore() returns void language plpgsql set session_replication_role = replica as $$
       begin ${statements.map((one) => `${one};`).join('\n')} end $$`,
    )
    .execute(owner);
  return async () => void (await sql`select ${sql.id(schema, 'restore')}()`.execute(owner));
}
