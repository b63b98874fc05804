import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { activityTypes, type EventType } from '../../domain/audit/events.ts';
import type { SealedEvent } from '../../domain/audit/seal.ts';
import { type Severity, typesOf } from '../../domain/audit/severity.ts';
import { nameOf } from './name-store.ts';
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

/** An event, with the current names of its user and its actor. */
export type FoundEvent = SealedEvent & { readonly nameNow: string | null; readonly actorName: string | null };

type EventPage = { readonly limit: number; readonly before: number | null };

/** Returns the newest events first, in the order of their numbers. */
export async function findEvents(
  db: Db,
  filter: EventFilter,
  page: EventPage,
): Promise<readonly FoundEvent[]> {
  const { username } = filter;
  if (username === undefined) return matching(db, filter, page).execute();
  // Each part has an index with the number of the event, and reads no more than a page. For both at once, with `or`, the
  // planner reads all events.
  return db
    .with('named', () => matching(db, filter, page).where(isNamed(username)))
    .with('older', () => matching(db, filter, page).where(isOfUserNamed(username)))
    .selectFrom('named')
    .selectAll()
    .unionAll((query) => query.selectFrom('older').selectAll())
    .orderBy('seq', 'desc')
    .limit(page.limit)
    .execute();
}

/** The page of the events that match the filter, but for its name. */
function matching(db: Db, filter: EventFilter, { limit, before }: EventPage) {
  let query = eventsIn(db)
    .select([nameOf('auditEvents.userId').as('nameNow'), nameOf('auditEvents.actorId').as('actorName')])
    .orderBy('seq', 'desc')
    .limit(limit);
  for (const column of equal) {
    const value = filter[column];
    if (value !== undefined) query = query.where(column, '=', value);
  }
  const { severity } = filter;
  if (severity !== undefined) query = query.where('type', 'in', [...typesOf(severity)]);
  if (before !== null) query = query.where('seq', '<', before);
  if (filter.from) query = query.where(sql<boolean>`audit_events.at >= ${filter.from}`);
  if (filter.until) query = query.where(sql<boolean>`audit_events.at < ${filter.until}`);
  return query;
}

/** An event as the owner of the account may see it. */
export type ActivityEvent = Pick<
  SealedEvent,
  'seq' | 'at' | 'type' | 'outcome' | 'area' | 'method' | 'ip' | 'userAgent'
> & { readonly bySomebodyElse: boolean };

/** The events that concern a user, newest first. */
export async function findActivity(
  db: Db,
  userId: string,
  { limit, before }: { readonly limit: number; readonly before: number | null },
): Promise<readonly ActivityEvent[]> {
  const found = await eventsIn(db)
    .where('userId', '=', userId)
    .where('type', 'in', [...activityTypes])
    .$if(before !== null, (query) => query.where('seq', '<', before ?? 0))
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return found.map(({ actorId, ...event }) => ({
    ...event,
    bySomebodyElse: actorId !== null && actorId !== userId,
  }));
}

/** Compares the username in the event's detail, with the expression of its index. */
function isNamed(username: string) {
  return sql<boolean>`(detail ? 'username' and detail ->> 'username' = ${username})`;
}

/** An older event has no username in its detail, so its user's current name counts. */
function isOfUserNamed(username: string) {
  return sql<boolean>`(not coalesce(detail ? 'username', false)
    and user_id = (select owner.id from users owner where owner.username = ${username}))`;
}

export type EventFilter = {
  readonly type?: EventType | undefined;
  readonly outcome?: 'success' | 'failure' | 'refused' | undefined;
  readonly userId?: string | undefined;
  /** The name in the event. For an older event without a name, the user's current name. */
  readonly username?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly actorId?: string | undefined;
  readonly area?: string | undefined;
  readonly method?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly ip?: string | undefined;
  /** `from` is inclusive, `until` is exclusive. */
  readonly from?: Date | undefined;
  readonly until?: Date | undefined;
};
