import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { Source } from '../../domain/security-events/event-names.ts';
import { givesUpAfterMs } from '../../domain/security-events/receiver.ts';
import type { EventFacts } from '../../domain/security-events/write-event.ts';
import type { EventFigures } from '../../platform/kernel/ports.ts';

/** An event for one receiver. `id` names it there: `jti` of the token, `webhook-id`. It stays the same at each attempt. */
export type QueuedEvent = Omit<EventFacts, 'source'> & {
  readonly id: string;
  readonly source: Source | 'verification';
  readonly attempts: number;
  readonly expiresAt: Date;
};

export type ParkedEvent = Pick<QueuedEvent, 'id' | 'source' | 'subject' | 'occurredAt' | 'attempts'> & {
  readonly parkedAt: Date;
  readonly trouble: string | null;
};

/**
 * Takes events of a receiver that are due. Nobody else gets them before `until`. Of each subject it takes the oldest
 * alone, and the next one follows when that one has left: so the events of a subject keep their order, however many
 * instances send.
 */
export async function takeEvents(
  db: Db,
  receiverId: string,
  { most, now, until }: { readonly most: number; readonly now: Date; readonly until: Date },
): Promise<readonly QueuedEvent[]> {
  const { rows } = await sql<QueuedEvent>`
    with head as (
      select d.id from event_deliveries d
      where ${canGo(receiverId, now)}
      order by d.number limit ${most} for update of d skip locked
    ), taken as (
      update event_deliveries d set attempts = attempts + 1, next_attempt_at = ${until} from head where d.id = head.id
      returning d.*
    )
    select id, event_id, source, subject, occurred_at, actor_id, session_id, area, method, factor_id, level,
      earlier_level, attempts, expires_at
    from taken order by number`.execute(db);
  return rows;
}

/** Puts an event that only this receiver hears. It waits like the others. */
export async function queueVerification(db: Db, receiverId: string, now: Date): Promise<void> {
  const expires = new Date(now.getTime() + givesUpAfterMs);
  await sql`insert into event_deliveries (receiver_id, event_id, source, subject, occurred_at, next_attempt_at, expires_at)
    select ${receiverId}::uuid, gen_random_uuid(), 'verification', ${receiverId}::uuid, ${now}, ${now}, ${expires}
    where not exists (select from event_deliveries d where d.receiver_id = ${receiverId}::uuid
      and d.source = 'verification' and d.parked_at is null)`.execute(db);
}

/** Removes events that the receiver has taken, and returns their sources. */
export async function endEvents(
  db: Db,
  receiverId: string,
  ids: readonly string[],
): Promise<readonly QueuedEvent['source'][]> {
  if (ids.length === 0) return [];
  const gone = await db
    .deleteFrom('eventDeliveries')
    .where('receiverId', '=', receiverId)
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .returning('source')
    .execute();
  return gone.map(({ source }) => source);
}

/** After a failed attempt: the event waits until `again`, or is parked if its time is over. Returns whether it is parked. */
export async function postponeEvent(
  db: Db,
  {
    id,
    trouble,
    again,
    now,
  }: { readonly id: string; readonly trouble: string; readonly again: Date; readonly now: Date },
): Promise<boolean> {
  const { rows } = await sql<{ parked: boolean }>`update event_deliveries set trouble = ${trouble}::text,
      next_attempt_at = ${again}, parked_at = case when expires_at <= ${now} then ${now}::timestamptz end
    where id = ${id}::uuid returning parked_at is not null as parked`.execute(db);
  return rows[0]?.parked === true;
}

/** Parks an event that its receiver refuses. */
export async function parkEvent(
  db: Db,
  receiverId: string,
  { id, trouble, now }: { readonly id: string; readonly trouble: string; readonly now: Date },
): Promise<void> {
  await sql`update event_deliveries set trouble = ${trouble}::text, parked_at = ${now}
    where id = ${id}::uuid and receiver_id = ${receiverId}::uuid and parked_at is null`.execute(db);
}

/** Parks what nobody fetched in time, and what waits for a receiver that is not enabled. Returns how many. */
export async function parkForgotten(db: Db, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`update event_deliveries d set parked_at = ${now},
      trouble = coalesce(d.trouble, case r.delivery when 'poll' then 'not fetched in time' else 'the receiver is disabled' end)
    from event_receivers r where r.id = d.receiver_id and d.parked_at is null and d.expires_at <= ${now}
      and (r.delivery = 'poll' or r.status <> 'enabled')`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** The parked events of a receiver, oldest first. */
export async function findParked(
  db: Db,
  receiverId: string,
  { limit, after }: { readonly limit: number; readonly after: number },
): Promise<readonly (ParkedEvent & { readonly number: number })[]> {
  const { rows } = await sql<ParkedEvent & { number: number }>`
    select id, number, source, subject, occurred_at, attempts, parked_at, trouble from event_deliveries
    where receiver_id = ${receiverId}::uuid and parked_at is not null and number > ${after}
    order by number limit ${limit}`.execute(db);
  return rows;
}

/** Lets every parked event of a receiver wait again, for the whole time. Returns how many. */
export async function releaseParked(tx: Db, receiverId: string, now: Date): Promise<number> {
  const expires = new Date(now.getTime() + givesUpAfterMs);
  const { numAffectedRows } = await sql`update event_deliveries
    set parked_at = null, attempts = 0, next_attempt_at = ${now}, expires_at = ${expires}
    where receiver_id = ${receiverId}::uuid and parked_at is not null`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** Whether an event waits that can be fetched now. */
export async function hasDueEvents(db: Db, receiverId: string, now: Date): Promise<boolean> {
  const { rows } = await sql<{
    due: boolean;
  }>`select exists (select from event_deliveries d where ${canGo(receiverId, now)}) as due`.execute(db);
  return rows[0]?.due === true;
}

/** How much waits for all receivers together. */
export async function findEventFigures(db: Db): Promise<EventFigures> {
  const { rows } = await sql<EventFigures>`
    select (count(*) filter (where parked_at is null))::int as waiting, count(parked_at)::int as parked,
      min(occurred_at) filter (where parked_at is null) as oldest
    from event_deliveries`.execute(db);
  return rows[0] ?? { waiting: 0, parked: 0, oldest: null };
}

/**
 * SQL: whether an event `d` is due, and the oldest of its subject. Written as an anti join, the query reads the whole
 * queue for each row until PostgreSQL has statistics of it. A mass logout fills the queue before that.
 */
function canGo(receiverId: string, now: Date) {
  return sql`d.receiver_id = ${receiverId}::uuid and d.parked_at is null and d.next_attempt_at <= ${now}
    and d.number = (select first.number from event_deliveries first where first.receiver_id = d.receiver_id
      and first.subject = d.subject and first.parked_at is null
      order by first.receiver_id, first.subject, first.number limit 1)`;
}
