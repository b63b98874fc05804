import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { EncryptedColumn } from './encrypted-columns.ts';

/** Lets one instance at a time re-encrypt. Returns false at once if another instance has the lock. */
export async function tryLockReencryption(tx: Db): Promise<boolean> {
  const { rows } = await sql<{ mine: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('sallyport reseal')) as mine`.execute(tx);
  return rows[0]?.mine ?? false;
}

/** The keys of the next rows of a table, in order. `most` keeps the query short in a table of any size. */
export async function nextRows(
  db: Db,
  { table, key }: EncryptedColumn,
  after: string | null,
  most: number,
): Promise<readonly string[]> {
  const name = sql.ref(key.name);
  const type = sql.raw(key.type);
  const { rows } = await sql<{ key: string }>`
    select ${name}::text as key from ${sql.table(table)}
    where ${after}::${type} is null or ${name} > ${after}::${type} order by ${name} limit ${most}`.execute(
    db,
  );
  return rows.map((row) => row.key);
}

export type Stale = { readonly key: string; readonly sealed: string; readonly beside: string };

/**
 * The rows of `keys` that another vault key has encrypted. Rows that a concurrent transaction has locked are left
 * out.
 */
export async function findStale(
  tx: Db,
  { table, column, key, beside }: EncryptedColumn,
  keys: readonly string[],
  keyId: string,
): Promise<readonly Stale[]> {
  const { rows } = await sql<Stale>`
    select ${sql.ref(key.name)}::text as key, ${sql.ref(column)} as sealed,
      ${beside === null ? sql`''` : sql`${sql.ref(beside)}::text`} as beside
    from ${sql.table(table)}
    where ${sql.ref(key.name)} = any(${keys}::${sql.raw(key.type)}[])
      and not starts_with(${sql.ref(column)}, ${`${keyId}.`})
    for update skip locked`.execute(tx);
  return rows;
}

export type Reencrypted = { readonly key: string; readonly sealed: string; readonly fresh: string };

/**
 * Replaces each value that is unchanged since it was read. A concurrent change stays. Returns the number of replaced
 * values.
 */
export async function replaceEncrypted(
  db: Db,
  { table, column, key }: EncryptedColumn,
  all: readonly Reencrypted[],
): Promise<number> {
  const of = (name: keyof Reencrypted) => all.map((one) => one[name]);
  const { numAffectedRows } = await sql`
    update ${sql.table(table)} t set ${sql.ref(column)} = v.fresh
    from unnest(${of('key')}::${sql.raw(key.type)}[], ${of('sealed')}::text[], ${of('fresh')}::text[])
      as v (row_key, sealed, fresh)
    where t.${sql.ref(key.name)} = v.row_key and t.${sql.ref(column)} = v.sealed`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** How many values of a column each vault key has encrypted. */
export async function countByKey(db: Db, { table, column }: EncryptedColumn) {
  const { rows } = await sql<{ keyId: string; count: number }>`
    select split_part(${sql.ref(column)}, '.', 1) as key_id, count(*)::integer as count
    from ${sql.table(table)} where ${sql.ref(column)} is not null group by 1 order by 1`.execute(db);
  return rows;
}
