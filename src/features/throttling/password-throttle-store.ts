import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import {
  type PasswordLimits,
  loginThrottleRules as rules,
} from '../../domain/throttling/password-throttle.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { auditInsert } from '../audit/audit-store.ts';

/** `subject` is the hashed name of the user or client. `network` is the network that the request came from. */
export type ThrottleKey = { readonly subject: string; readonly network: string };

/** A key with the limits that its attempts have here. */
export type LimitedKey = ThrottleKey & { readonly limits: PasswordLimits };

/** `open`: an attempt in flight may still prove right, and its reservation then becomes free. */
export type ReservationRefused = {
  readonly admitted: false;
  readonly open: boolean;
  readonly userId: string | null;
  readonly retryAfterSeconds: number;
};

/** Counts unknown names like known ones. Stores only a hash, because a user may have typed a password as the name. */
export function throttleKey(username: string, network: string): ThrottleKey {
  return { subject: createHash('sha256').update(username).digest('base64url'), network };
}

/**
 * CTEs that reserve one attempt. `here` (this network) and `overall` (all networks) each have a row if their limit
 * admits the attempt. Until the attempt is settled, it counts as a failure and is in flight. An attempt that this
 * network's limit refuses does not count overall, so a blocked attacker blocks nobody else.
 */
export function reserveAttempt({ subject, network, limits }: LimitedKey, now: Date) {
  const windowEnd = new Date(now.getTime() + rules.windowSeconds * 1000);
  const settledBy = new Date(now.getTime() + rules.inFlightSeconds * 1000);
  const counted = sql`
      failures = case when t.window_ends_at <= ${now} then 1 else t.failures + 1 end,
      window_ends_at = case when t.window_ends_at <= ${now} then excluded.window_ends_at else t.window_ends_at end,
      in_flight = case when t.in_flight_until > ${now} then t.in_flight + 1 else 1 end,
      in_flight_until = excluded.in_flight_until`;
  return sql`
    here as (
      insert into login_throttles as t (subject, network, failures, window_ends_at, in_flight, in_flight_until)
      values (${subject}, ${network}, 1, ${windowEnd}, 1, ${settledBy})
      on conflict (subject, network) do update set ${counted}
        where t.window_ends_at <= ${now} or t.failures < ${limits.perNetwork}
      returning t.last_success_at, greatest(t.failures - t.in_flight, 0) as wrong_before
    ), overall as (
      insert into login_throttles as t (subject, network, failures, window_ends_at, in_flight, in_flight_until)
      select ${subject}, '*', 1, ${windowEnd}::timestamptz, 1, ${settledBy}::timestamptz from here
      on conflict (subject, network) do update set ${counted}
        where t.window_ends_at <= ${now} or t.failures < ${limits.overall}
          or exists (select from here where last_success_at > ${knownSince(now)})
      returning 1
    )`;
}

function knownSince(now: Date): Date {
  return new Date(now.getTime() - rules.knownNetworkSeconds * 1000);
}

/**
 * CTEs for the right password. They give back the attempt and clear this network's count, except for attempts in
 * flight. They lock the rows in the order of a reservation, because in another order two logins of one user could
 * deadlock. `where` (such as `and exists (…)`) adds a condition on other parts of the statement.
 */
export function resetThrottle(throttle: ThrottleKey, now: Date, where: RawBuilder<unknown> = sql``) {
  const others = sql`case when in_flight_until > ${now} then greatest(in_flight - 1, 0) else 0 end`;
  return settled(
    throttle,
    sql`failures = least(failures, ${others}), in_flight = ${others}, last_success_at = ${now}`,
    sql`failures = greatest(failures - 1, 0), in_flight = ${others}, last_success_at = ${now}`,
    where,
  );
}

/** CTEs for a wrong password: the attempt stays counted and is no longer in flight. */
export function keepReservation(throttle: ThrottleKey) {
  const landed = sql`in_flight = greatest(in_flight - 1, 0)`;
  return settled(throttle, landed, landed);
}

const released = sql`failures = greatest(failures - 1, 0), in_flight = greatest(in_flight - 1, 0)`;

/** CTEs that give back an attempt if the service did not compare the password. */
export function releaseReservation(throttle: ThrottleKey) {
  return settled(throttle, released, released);
}

function settled(
  { subject, network }: ThrottleKey,
  here: RawBuilder<unknown>,
  overall: RawBuilder<unknown>,
  where: RawBuilder<unknown> = sql``,
) {
  return sql`
    settled_here as (
      update login_throttles set ${here}
      where subject = ${subject} and network = ${network} ${where} returning 1
    ), settled as (
      update login_throttles set ${overall}
      where subject = ${subject} and network = '*' and (select count(*) from settled_here) >= 0 ${where}
    )`;
}

/**
 * For a refused attempt: the seconds until the service would admit one again, and `open` (see ReservationRefused). If
 * only the overall limit refused the attempt, it gives back the reservation of this network.
 */
function refuseReservation({ subject, network, limits }: LimitedKey, admittedHere: boolean, now: Date) {
  return sql<{ seconds: number | null; open: boolean }>`
    with given_back as (
      update login_throttles set ${released}
      where subject = ${subject} and network = ${network} and ${admittedHere}::boolean
    )
    select ceil(extract(epoch from max(window_ends_at) - ${now}::timestamptz))::int as seconds,
      coalesce(bool_and(in_flight > 0 and in_flight_until > ${now}), true) as open
    from login_throttles
    where subject = ${subject} and window_ends_at > ${now} and (
      (network = ${network} and failures >= ${limits.perNetwork} and not ${admittedHere}::boolean)
      or (network = '*' and failures >= ${limits.overall} and not exists (
        select from login_throttles
        where subject = ${subject} and network = ${network} and last_success_at > ${knownSince(now)})))`;
}

export async function refusedReservation(
  db: Db,
  throttle: LimitedKey,
  admittedHere: boolean,
  now: Date,
): Promise<ReservationRefused> {
  const { rows } = await refuseReservation(throttle, admittedHere, now).execute(db);
  const { seconds = null, open = false } = rows[0] ?? {};
  return { admitted: false, open, userId: null, retryAfterSeconds: Math.max(1, seconds ?? 1) };
}

/**
 * A user who has proved to own the account does not wait because of other people's failures. Known networks stay
 * known.
 */
export async function clearFailures(db: Db, username: string): Promise<void> {
  const { subject } = throttleKey(username, '');
  const own = db.updateTable('loginThrottles').set({ failures: 0 }).where('subject', '=', subject);
  await own.where('network', '<>', '*').execute(); // in the order in which a reservation locks the rows
  await own.where('network', '=', '*').execute();
}

/** The failures that count against a name at `now`, and the number of networks that have reached their limit. */
export async function findFailures(
  db: Db,
  { username, limits }: { readonly username: string; readonly limits: PasswordLimits },
  now: Date,
) {
  const { subject } = throttleKey(username, '');
  const rows = await db
    .selectFrom('loginThrottles')
    .select(['network', 'failures'])
    .where('subject', '=', subject)
    .where('windowEndsAt', '>', now)
    .execute();
  const overall = rows.find(({ network }) => network === '*')?.failures ?? 0;
  const blocked = rows.filter(({ network, failures }) => network !== '*' && failures >= limits.perNetwork);
  return { overall, blockedNetworks: blocked.length };
}

/** Settles a password that was wrong, or that has the same result as a wrong one. The attempt stays counted. */
export async function recordWrongPassword(
  db: Db,
  ctx: AuditContext,
  throttle: ThrottleKey,
  event: AuditEvent,
): Promise<void> {
  await sql`with ${keepReservation(throttle)} ${auditInsert(event, ctx)}`.execute(db);
}
