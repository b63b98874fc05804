import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { Ranges } from '../../domain/audit/ranges.ts';
import {
  type Cut,
  genesis,
  type Link,
  type Seal,
  type SealedEvent,
  type Sealing,
} from '../../domain/audit/seal.ts';
import { notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';

/**
 * A time as text, with every digit that PostgreSQL stores. It includes the era, because the year 2026 BC would
 * otherwise read as 2026.
 */
const micros = (column: string) =>
  sql<string>`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || case when ${sql.ref(column)} < '0001-01-01T00:00:00Z' then ' BC' else '' end`;

/** Returns false if another instance has the lock. The lock lasts until the transaction ends. */
export async function lockAudit(tx: Db): Promise<boolean> {
  const { rows } = await sql<{ mine: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('sallyport audit')) as mine`.execute(tx);
  return rows[0]?.mine ?? false;
}

function seals(db: Db) {
  return db
    .selectFrom('auditSeals')
    .select(['number', 'events', 'count', 'reached', 'open', 'eventsHash', 'marks', 'previous'])
    .select(['hash', 'key', 'signature', micros('last_at').as('lastAt'), micros('sealed_at').as('sealedAt')]);
}

export async function findSeal(db: Db, number: number): Promise<Seal | undefined> {
  return seals(db).where('number', '=', number).executeTakeFirst();
}

export async function findSealsAfter(db: Db, number: number, limit: number): Promise<readonly Seal[]> {
  return seals(db).where('number', '>', number).orderBy('number').limit(limit).execute();
}

export async function findLastSeal(db: Db): Promise<Seal | undefined> {
  return seals(db).orderBy('number', 'desc').limit(1).executeTakeFirst();
}

/** Compares only numbers, so that a long backlog costs no more than a short one. */
export async function findSealing(db: Db): Promise<Sealing> {
  const last = await db
    .selectFrom('auditSeals')
    .select(['number', 'reached'])
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  const { number, reached } = last ?? genesis;
  const first = await db
    .selectFrom('auditEvents')
    .select('at')
    .where('seq', '>', reached)
    .where('seq', '<=', await findGiven(db))
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst();
  return { lastSeal: number, oldestUnsealed: first?.at ?? null };
}

/** The highest event number that the seals had reached at this time; 0 if there was no seal. */
export async function findReachedBefore(db: Db, time: Date): Promise<number> {
  const row = await db
    .selectFrom('auditSeals')
    .select('reached')
    .where('sealedAt', '<=', sql<string>`${time}`)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.reached ?? 0;
}

export async function saveSeal(db: Db, seal: Seal): Promise<void> {
  await db.insertInto('auditSeals').values(seal).execute();
}

export async function findCut(db: Db): Promise<Cut | undefined> {
  return db
    .selectFrom('auditCut')
    .select(['through', 'hash', 'reached', 'open', 'key', 'signature', micros('cut_at').as('cutAt')])
    .executeTakeFirst();
}

/**
 * The newest seal that can be cut: it and all seals before it contain only events from before `time`. It is never the
 * last seal. The seals up to it stay within the limits `seals` and `events`; the next call finds the rest. The first
 * seal may exceed `events`, so that a cut always advances.
 */
export async function findCuttable(
  db: Db,
  time: Date,
  { seals, events }: { readonly seals: number; readonly events: number },
): Promise<Link | undefined> {
  const { rows } = await sql<Link>`
    with first as (select * from audit_seals order by number limit ${seals}),
      summed as (select *, bool_and(last_at < ${time}::timestamptz) over sofar as old, sum(count) over sofar as total,
        row_number() over sofar as place from first window sofar as (order by number))
    select number, hash, reached, open from summed
    where old and (total <= ${events} or place = 1) and number < (select max(number) from audit_seals)
    order by number desc limit 1`.execute(db);
  return rows[0];
}

/**
 * Removes the seals up to `through` with their events, and returns the number of events. The database refuses if
 * one of these events is younger than 13 months.
 */
export async function cutAudit(db: Db, { through, cutAt, key, signature }: Cut): Promise<number> {
  const { rows } = await sql<{ removed: number }>`
    select cut_audit(${through}, ${cutAt}::timestamptz, ${key}, ${signature}) as removed`.execute(db);
  return rows[0]?.removed ?? 0;
}

/** Events with the columns that the service hashes and shows. */
export function eventsIn(db: Db) {
  return db
    .selectFrom('auditEvents')
    .select(['seq', micros('at').as('at'), 'type', 'outcome', 'userId', 'actorId', 'area', 'method'])
    .select(['factorId', 'sessionId', 'requestId', 'ip', 'userAgent', 'detail']);
}

/** If `seq` is null, reads from the lowest number, because a forged event may have a number below all others. */
export async function findEventsAfter(
  db: Db,
  seq: number | null,
  limit: number,
  upTo?: number,
): Promise<readonly SealedEvent[]> {
  return eventsIn(db)
    .$if(seq !== null, (query) => query.where('seq', '>', seq))
    .$if(upTo !== undefined, (query) => query.where('seq', '<=', upTo ?? 0))
    .orderBy('seq')
    .limit(limit)
    .execute();
}

/**
 * The highest number that any event has received. It includes the numbers of changes that were rolled back, because
 * the database does not reuse them.
 */
export async function findGiven(db: Db): Promise<number> {
  const { rows } = await sql<{ given: number }>`select last_value as given from audit_events_seq_seq`.execute(
    db,
  );
  return rows[0]?.given ?? 0;
}

/**
 * The first event after the last seal with a number that the counter never gave. The statement reads the counter
 * after it has chosen the events. It therefore reports no event of a change that commits in the meantime.
 */
export async function findNeverGiven(db: Db): Promise<number | null> {
  const { rows } = await sql<{ seq: number }>`
    select seq from audit_events
    where seq > (select last_value from audit_events_seq_seq)
      and seq > coalesce((select reached from audit_seals order by number desc limit 1), 0)
    order by seq limit 1`.execute(db);
  return rows[0]?.seq ?? null;
}

/**
 * The events after the last seal, without numbers that the counter never gave. With a forged high number, an attacker
 * could otherwise make the sealing skip the genuine numbers below it.
 */
export async function findNewEvents(
  db: Db,
  { reached }: Link,
  limit: number,
): Promise<readonly SealedEvent[]> {
  return findEventsAfter(db, reached, limit, await findGiven(db));
}

/** Events that were committed after a seal had passed over their numbers. */
export async function findLateEvents(db: Db, open: Ranges, limit: number): Promise<readonly SealedEvent[]> {
  if (open.length === 0) return [];
  const firsts = open.map(([first]) => first);
  const lasts = open.map(([, last]) => last);
  return eventsIn(db)
    .innerJoin(
      sql<{ first: number; last: number }>`unnest(${firsts}::bigint[], ${lasts}::bigint[])`.as<'gap'>(
        sql`gap(first, last)`,
      ),
      (join) => join.on(sql<boolean>`seq between gap.first and gap.last`),
    )
    .orderBy('seq')
    .limit(limit)
    .execute();
}

/** The distinct types of the events with these numbers. */
export async function findTypesIn(db: Db, covered: Ranges): Promise<readonly string[]> {
  if (covered.length === 0) return [];
  const firsts = covered.map(([first]) => first);
  const lasts = covered.map(([, last]) => last);
  const { rows } = await sql<{ type: string }>`
    select distinct type from unnest(${firsts}::bigint[], ${lasts}::bigint[]) as covered(first, last)
    join audit_events on seq between covered.first and covered.last`.execute(db);
  return rows.map(({ type }) => type);
}

/**
 * The seal after which the caller wants to continue; undefined if the caller named none. Throws 404 if the seal does
 * not exist.
 */
export async function sealNamed(
  { db }: Pick<Deps, 'db'>,
  number: number | null | undefined,
): Promise<Seal | undefined> {
  if (!number) return undefined;
  const seal = await findSeal(db, number);
  if (!seal) throw notFound({ detail: `There is no seal ${number}.` });
  return seal;
}
