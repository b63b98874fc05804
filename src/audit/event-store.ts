import { sql } from 'kysely';
import type { Db } from '../../db/connect.ts';
import type { SealedEvent } from './core/seal.ts';
import type { EventFilter } from './list-events.ts';
import { eventsIn } from './seal-store.ts';

const equal = [
  'type',
  'outcome',
  'userId',
  'actorId',
  'area',
  'method',
  'sessionId',
  'requestId',
  'ip',
] as const;

/** Newest first, by their numbers. */
export async function findEvents(
  db: Db,
  filter: EventFilter,
  { limit, before }: { readonly limit: number; readonly before: number | null },
): Promise<readonly SealedEvent[]> {
  let query = eventsIn(db).orderBy('seq', 'desc').limit(limit);
  for (const column of equal) {
    const value = filter[column];
    if (value !== undefined) query = query.where(column, '=', value);
  }
  if (before !== null) query = query.where('seq', '<', before);
  if (filter.from) query = query.where(sql<boolean>`audit_events.at >= ${filter.from}`);
  if (filter.until) query = query.where(sql<boolean>`audit_events.at < ${filter.until}`);
  return query.execute();
}
