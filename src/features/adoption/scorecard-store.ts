import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { EventType } from '../../domain/audit/events.ts';
import type { Phase } from '../../domain/policy/rollout.ts';

type Grown = { readonly day: string; readonly users: number; readonly enrolled: number };

/**
 * How many of the current users joined on each day since `since`, and how many have had a factor since that day.
 * Users from before `since` count on its day.
 */
export async function growthByDay(db: Db, since: Date): Promise<readonly Grown[]> {
  const { rows } = await sql<Grown>`
    select to_char(greatest(day, (${since}::timestamptz at time zone 'UTC')::date), 'YYYY-MM-DD') as day,
      coalesce(sum(users) filter (where what = 'joined'), 0)::int as users,
      coalesce(sum(users) filter (where what = 'enrolled'), 0)::int as enrolled
    from user_counts where what in ('joined', 'enrolled') group by 1 order by 1`.execute(db);
  return rows;
}

/** When the first account was created. The installation is about as old. */
export async function findFirstUser(db: Db): Promise<Date | null> {
  const { rows } = await sql<{ first: Date | null }>`select min(created_at) as first from users`.execute(db);
  return rows[0]?.first ?? null;
}

const help: readonly EventType[] = [
  'mfa_reset',
  'mfa_bypass_codes_issued',
  'user_unlocked',
  'exemption_made',
];
const takeovers: readonly EventType[] = ['mfa_attack_reported', 'trusted_device_reuse'];
const broken: readonly EventType[] = ['mfa_send_failed', 'mfa_check_failed'];
/** In the order of the index audit_events_of_scorecard, which contains only these types. */
const counted = sql.join([...help, ...takeovers, ...broken].map((type) => sql.lit(type)));
const among = (types: readonly EventType[]) => sql`type in (${sql.join(types.map((type) => sql.lit(type)))})`;

export type Troubles = {
  /** The number of users whom the helpdesk helped with a second factor. */
  readonly helped: number;
  /** The number of distinct tickets that the helpdesk named. */
  readonly tickets: number;
  readonly takeovers: number;
  /** The number of codes that the service could not send, and of answers that it could not check. */
  readonly broken: number;
};

/** Counts problems with second factors since `from`, from the audit events. */
export async function countTroubles(db: Db, from: Date): Promise<Troubles> {
  const { rows } = await sql<Troubles>`
    select count(distinct user_id) filter (where ${among(help)} and actor_id is not null)::int as helped,
      count(distinct detail ->> 'ticket') filter (where ${among(help)} and actor_id is not null)::int as tickets,
      count(*) filter (where ${among(takeovers)})::int as takeovers,
      count(*) filter (where ${among(broken)})::int as broken
    from audit_events where at >= ${from} and type in (${counted})`.execute(db);
  if (!rows[0]) throw new Error('An aggregate gave no row');
  return rows[0];
}

/** The number of answers in each range of duration, over all instances, since a day. */
export async function findVerificationTimes(db: Db, since: string): Promise<ReadonlyMap<number, number>> {
  const { rows } = await sql<{ bucket: number; answers: string }>`
    select bucket, sum(answers)::text as answers from verification_times where day >= ${since}::date group by 1`.execute(
    db,
  );
  return new Map(rows.map(({ bucket, answers }) => [bucket, Number(answers)]));
}

/** Adds the counts of this instance since its last call. */
export async function addVerificationTimes(
  db: Db,
  day: string,
  counts: ReadonlyMap<number, number>,
): Promise<void> {
  const rows = [...counts].map(
    ([bucket, answers]) => sql`(${day}::date, ${bucket}::smallint, ${answers}::bigint)`,
  );
  if (rows.length === 0) return;
  await sql`insert into verification_times as t (day, bucket, answers) values ${sql.join(rows)}
    on conflict (day, bucket) do update set answers = t.answers + excluded.answers`.execute(db);
}

/** The phase of the rollout and its beginning. `phaseSince` is null if the phase was never changed. */
export async function findPhase(
  db: Db,
): Promise<{ readonly phase: Phase; readonly phaseSince: Date | null }> {
  return db.selectFrom('rollout').select(['phase', 'phaseSince']).executeTakeFirstOrThrow();
}
