import { sql } from 'kysely';
import type { Db } from '../../db/connect.ts';

/** Counters of what was tried: those that are paid before anything else is done. */
export const counters = ['throttles', 'login_throttles', 'sends'];

/**
 * Every row of every table but those named, to see what was changed: nothing, where two of these are equal. That somebody
 * was let into an area whose audit level is high is no change, nor that a session was used.
 */
export async function snapshot(db: Db, but: readonly string[] = []): Promise<Record<string, string[]>> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = current_schema()`.execute(
    db,
  );
  const rowsOf = async (name: string) => {
    const { rows } = await sql<{ row: string }>`
      select (to_jsonb(t) - 'last_active_at')::text as row from ${sql.table(name)} t`.execute(db);
    return rows
      .map(({ row }) => row)
      .filter((row) => !row.includes('"area_access"'))
      .sort();
  };
  const kept = tables.map(({ name }) => name).filter((name) => !but.includes(name));
  const all: Record<string, string[]> = {};
  for (const name of kept.sort()) all[name] = await rowsOf(name);
  return all;
}

/** All rows, but for the word that an administrator came: that is told of whatever came of it. */
export async function stateOf(db: Db): Promise<Record<string, string[]>> {
  const { audit_events: events = [], ...rows } = await snapshot(db);
  return { ...rows, audit_events: events.filter((row) => !row.includes('"area_access"')) };
}
