import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import { loginThrottleRules as rules } from '../../domain/throttling/password-throttle.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { auditInsert } from '../audit/audit-store.ts';

/** Whose password is tried, and from which network. */
export type ThrottleKey = { readonly subject: string; readonly network: string };

/** `open`: one that is in flight may turn out to be right, and then there is room. */
export type ReservationRefused = {
  readonly admitted: false;
  readonly open: boolean;
  readonly userId: string | null;
  readonly retryAfterSeconds: number;
};

/** Unknown names are counted like known ones, under a hash, for what is typed there may be a password. */
export function throttleKey(username: string, network: string): ThrottleKey {
  return { subject: createHash('sha256').update(username).digest('base64url'), network };
}

/**
 * CTEs that pay for one guess: `here` (this network) and `overall` have a row where the guess is admitted. Until it is
 * settled, it counts as a failure and is in flight. A guess that is refused here does not count overall, so a blocked
 * stranger blocks nobody else.
 */
export function reserveAttempt({ subject, network }: ThrottleKey, now: Date) {
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
        where t.window_ends_at <= ${now} or t.failures < ${rules.perNetwork}
      returning t.last_success_at, greatest(t.failures - t.in_flight, 0) as wrong_before
    ), overall as (
      insert into login_throttles as t (subject, network, failures, window_ends_at, in_flight, in_flight_until)
      select ${subject}, '*', 1, ${windowEnd}::timestamptz, 1, ${settledBy}::timestamptz from here
      on conflict (subject, network) do update set ${counted}
        where t.window_ends_at <= ${now} or t.failures < ${rules.overall}
          or exists (select from here where last_success_at > ${knownSince(now)})
      returning 1
    )`;
}

function knownSince(now: Date): Date {
  return new Date(now.getTime() - rules.knownNetworkSeconds * 1000);
}

/**
 * CTEs for the right password: it is paid back, and this network's count is cleared but for what is in flight. The rows
 * are taken in the order in which a guess is paid: in another, two logins of one user would wait for each other.
 * `where` (such as `and exists (…)`) makes it depend on what the statement does beside.
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

/** CTEs for a wrong password: what was paid stays paid. */
export function keepReservation(throttle: ThrottleKey) {
  const landed = sql`in_flight = greatest(in_flight - 1, 0)`;
  return settled(throttle, landed, landed);
}

const released = sql`failures = greatest(failures - 1, 0), in_flight = greatest(in_flight - 1, 0)`;

/** CTEs for a password that nobody has compared: it is paid back. */
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
 * For a guess that was refused: seconds until one would be admitted again, and whether that is open, for one that is in
 * flight may turn out to be right. Where it was paid for here and refused overall only, it is paid back.
 */
function refuseReservation({ subject, network }: ThrottleKey, paidHere: boolean, now: Date) {
  return sql<{ seconds: number | null; open: boolean }>`
    with given_back as (
      update login_throttles set ${released}
      where subject = ${subject} and network = ${network} and ${paidHere}::boolean
    )
    select ceil(extract(epoch from max(window_ends_at) - ${now}::timestamptz))::int as seconds,
      coalesce(bool_and(in_flight > 0 and in_flight_until > ${now}), true) as open
    from login_throttles
    where subject = ${subject} and window_ends_at > ${now} and (
      (network = ${network} and failures >= ${rules.perNetwork} and not ${paidHere}::boolean)
      or (network = '*' and failures >= ${rules.overall} and not exists (
        select from login_throttles
        where subject = ${subject} and network = ${network} and last_success_at > ${knownSince(now)})))`;
}

export async function refusedReservation(
  db: Db,
  throttle: ThrottleKey,
  paidHere: boolean,
  now: Date,
): Promise<ReservationRefused> {
  const { rows } = await refuseReservation(throttle, paidHere, now).execute(db);
  const { seconds = null, open = false } = rows[0] ?? {};
  return { admitted: false, open, userId: null, retryAfterSeconds: Math.max(1, seconds ?? 1) };
}

/** Whoever has shown to own the account does not wait for what others tried. Known networks stay known. */
export async function clearFailures(db: Db, username: string): Promise<void> {
  const { subject } = throttleKey(username, '');
  const own = db.updateTable('loginThrottles').set({ failures: 0 }).where('subject', '=', subject);
  await own.where('network', '<>', '*').execute(); // in the order in which a guess is paid
  await own.where('network', '=', '*').execute();
}

/** What is counted against a name just now. */
export async function findFailures(db: Db, username: string, now: Date) {
  const { subject } = throttleKey(username, '');
  const rows = await db
    .selectFrom('loginThrottles')
    .select(['network', 'failures'])
    .where('subject', '=', subject)
    .where('windowEndsAt', '>', now)
    .execute();
  const overall = rows.find(({ network }) => network === '*')?.failures ?? 0;
  const blocked = rows.filter(({ network, failures }) => network !== '*' && failures >= rules.perNetwork);
  return { overall, blockedNetworks: blocked.length };
}

/** The password was wrong, or led nowhere else than a wrong one does: what was paid stays paid. */
export async function recordWrongPassword(
  db: Db,
  ctx: AuditContext,
  throttle: ThrottleKey,
  event: AuditEvent,
): Promise<void> {
  await sql`with ${keepReservation(throttle)} ${auditInsert(event, ctx)}`.execute(db);
}
