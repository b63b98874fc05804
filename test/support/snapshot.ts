import { sql } from 'kysely';
import type { Db } from '../../db/connect.ts';

/** Counters of what was tried: those that are claimed before anything else is done. */
export const counters = ['throttles', 'login_throttles', 'sends'];

/**
 * Every row of every table but those named, to see what was changed: nothing, where two of these are equal. That somebody
 * was let into an area whose audit level is high is no change, nor that a session was used.
 */
export async function snapshot(db: Db, but: readonly string[] = []): Promise<Record<string, string[]>> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = current_schema()
    and table_type = 'BASE TABLE'`.execute(db);
  const kept = tables.map(({ name }) => name).filter((name) => !but.includes(name));
  const rowsOf = kept.map(
    (name) =>
      sql`select ${name}::text as name, (to_jsonb(t) - 'last_active_at')::text as row from ${sql.table(name)} t`,
  );
  const { rows } = await sql<{ name: string; row: string }>`${sql.join(rowsOf, sql` union all `)}`.execute(
    db,
  );
  const all: Record<string, string[]> = Object.fromEntries(kept.sort().map((name) => [name, []]));
  for (const { name, row } of rows) if (!row.includes('"area_access"')) all[name]?.push(row);
  for (const of of Object.values(all)) of.sort();
  return all;
}

/** All rows except the event of the administrator's access. The service writes that event in every case. */
export async function stateOf(db: Db): Promise<Record<string, string[]>> {
  const { audit_events: events = [], ...rows } = await snapshot(db);
  return { ...rows, audit_events: events.filter((row) => !row.includes('"area_access"')) };
}
