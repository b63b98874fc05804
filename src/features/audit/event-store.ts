import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { nameOf } from './name-store.ts';
import type { SealedEvent } from '../../domain/audit/seal.ts';
import { typesOf } from '../../domain/audit/severity.ts';
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

/** An event, and what its user and who did it are called today. */
export type FoundEvent = SealedEvent & { readonly nameNow: string | null; readonly actorName: string | null };

/** Newest first, by their numbers. */
export async function findEvents(
  db: Db,
  filter: EventFilter,
  { limit, before }: { readonly limit: number; readonly before: number | null },
): Promise<readonly FoundEvent[]> {
  let query = eventsIn(db)
    .select([nameOf('auditEvents.userId').as('nameNow'), nameOf('auditEvents.actorId').as('actorName')])
    .orderBy('seq', 'desc')
    .limit(limit);
  for (const column of equal) {
    const value = filter[column];
    if (value !== undefined) query = query.where(column, '=', value);
  }
  const { username, severity } = filter;
  if (username !== undefined) query = query.where(isNamed(username));
  if (severity !== undefined) query = query.where('type', 'in', [...typesOf(severity)]);
  if (before !== null) query = query.where('seq', '<', before);
  if (filter.from) query = query.where(sql<boolean>`audit_events.at >= ${filter.from}`);
  if (filter.until) query = query.where(sql<boolean>`audit_events.at < ${filter.until}`);
  return query.execute();
}

/** By the name that was written, as its index has it; of older events by whose name it is. */
function isNamed(username: string) {
  return sql<boolean>`((detail ? 'username' and detail ->> 'username' = ${username})
    or (not coalesce(detail ? 'username', false)
      and user_id = (select named.id from users named where named.username = ${username})))`;
}
