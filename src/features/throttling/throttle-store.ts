import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { levels } from '../../domain/policy/assurance-level.ts';
import { throttleRules as rules, type Throttle } from '../../domain/throttling/second-factor-throttle.ts';

/** Counts by level as pieces of SQL: arrays with one place for each level, from the weakest. */
const noCounts = sql.raw<number[]>(`array[${levels.map(() => 0)}]`);

const places = levels.map((_, at) => at + 1);

function counts(at: (place: number) => RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`array[${sql.join(places.map(at))}]`;
}

/** One more at the level that was tried: at `tried.rank`. */
function oneMore(before: RawBuilder<unknown>): RawBuilder<unknown> {
  return counts((place) => sql`(${before})[${sql.lit(place)}] + (tried.rank = ${sql.lit(place)})::int`);
}

/** So much more at one level, and never less than `least` has there. */
function moreAt(
  rank: number | null,
  before: RawBuilder<unknown>,
  by: number,
  least: RawBuilder<unknown> = noCounts,
): RawBuilder<unknown> {
  if (rank === null) return before;
  return counts((place) => {
    const now = sql`(${before})[${sql.lit(place)}]`;
    return place === rank ? sql`greatest(${now} + ${sql.lit(by)}, (${least})[${sql.lit(place)}])` : now;
  });
}

/** Nothing at the levels up to this one: what a pass leaves. */
function clearedUpTo(rank: number, before: RawBuilder<unknown>): RawBuilder<unknown> {
  return counts((place) => (place <= rank ? sql.lit(0) : sql`(${before})[${sql.lit(place)}]`));
}

function sumOf(of: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql.join(
    places.map((place) => sql`(${of})[${sql.lit(place)}]`),
    sql` + `,
  );
}

/** As a piece of SQL: a row for each user in `from`, such as `from made`. To pay for an answer is to update it. */
export function throttleInsertEach(from: RawBuilder<unknown>, now: Date) {
  return sql`
    insert into throttles (user_id, window_ends_at) select id, ${now}::timestamptz ${from} returning user_id`;
}

/**
 * As a piece of SQL: pays for an answer, where there is room for one. Reads the CTEs `who` (user_id, open, alive) and
 * `tried` (rank: the level against which it is counted, null where nothing could match). `cost` is 0 or 1.
 */
export function claimCounts(cost: 0 | 1, now: Date) {
  const windowEnd = new Date(now.getTime() + rules.windowSeconds * 1000);
  const lockEnd = new Date(now.getTime() + rules.lockSeconds * 1000);
  return sql`
    update throttles t set
      paid = case when t.window_ends_at <= ${now} then 1 else t.paid + 1 end,
      failed = case when t.window_ends_at <= ${now} then 0 else t.failed end,
      window_ends_at = case when t.window_ends_at <= ${now} then ${windowEnd} else t.window_ends_at end,
      in_a_row = t.in_a_row + 1,
      paid_by = case when t.window_ends_at <= ${now} then ${oneMore(noCounts)} else ${oneMore(sql`t.paid_by`)} end,
      failed_by = case when t.window_ends_at <= ${now} then ${noCounts} else t.failed_by end,
      in_a_row_by = ${oneMore(sql`t.in_a_row_by`)},
      locked_until = case when (t.in_a_row + 1) % ${rules.lockAfter} = 0 then ${lockEnd} else t.locked_until end
    from who, tried where t.user_id = who.user_id and who.open and who.alive and ${cost}::int = 1
      and tried.rank is not null
      and (t.locked_until is null or t.locked_until <= ${now})
      and (t.reported_until is null or t.reported_until <= ${now})
      and (t.window_ends_at <= ${now} or t.paid < ${rules.answersPerWindow})
    returning t.in_a_row, tried.rank`;
}

/** What an answer was charged: see `claimCounts`. */
type ClaimedCounts = {
  readonly paid: boolean;
  readonly inARow: number | null;
  readonly rank: number | null;
};

/**
 * As a piece of SQL: what the pass itself cost is given back, and what was wrong up to its level is forgotten. What was
 * guessed of stronger factors stays, with the lock that it led to: a mailbox must not buy more guesses at an app. A report
 * of an attack stays.
 */
export function clearCounts(
  { found, rank }: { readonly found: ClaimedCounts; readonly rank: number },
  now: Date,
) {
  const left = (column: string, by: number, least: RawBuilder<unknown> = noCounts) =>
    clearedUpTo(rank, moreAt(found.rank, sql`t.${sql.raw(column)}`, -by, least));
  const own = found.paid ? 1 : 0;
  const paid = left('paid_by', own, sql`t.failed_by`);
  const failed = left('failed_by', 0);
  const inARow = left('in_a_row_by', own);
  const lockedByThis = found.inARow !== null && found.inARow % rules.lockAfter === 0;
  return sql`
    update throttles t set paid = ${sumOf(paid)}, paid_by = ${paid}, failed = ${sumOf(failed)}, failed_by = ${failed},
      in_a_row = ${sumOf(inARow)}, in_a_row_by = ${inARow},
      window_ends_at = case when ${sumOf(paid)} = 0 then ${now} else t.window_ends_at end,
      locked_until = case when ${lockedByThis}::boolean or ${sumOf(inARow)} = 0 then null else t.locked_until end
    from factor where t.user_id = factor.user_id`;
}

type Charged = Pick<ClaimedCounts, 'rank'> & { readonly userId: string };

/** As a piece of SQL: an answer was wrong. What cannot be guessed was not paid for, and its failing harms nobody. */
export function failCounts({ userId, paid, rank }: Charged & Pick<ClaimedCounts, 'paid'>) {
  const cost = paid ? 1 : 0;
  const failed = moreAt(rank, sql`failed_by`, cost);
  return sql`
    update throttles set failed = failed + ${cost}, paid = greatest(paid, failed + ${cost}),
      failed_by = ${failed}, paid_by = ${moreAt(rank, sql`paid_by`, 0, failed)}
    where user_id = ${userId}
    returning paid, failed, window_ends_at, in_a_row, in_a_row_by, locked_until, reported_until`;
}

/** As a piece of SQL: gives back what an answer cost. */
export function releaseCounts({ userId, rank }: Charged) {
  return sql`
    update throttles set paid = greatest(failed, paid - 1), in_a_row = greatest(0, in_a_row - 1),
      paid_by = ${moreAt(rank, sql`paid_by`, -1, sql`failed_by`)}, in_a_row_by = ${moreAt(rank, sql`in_a_row_by`, -1)},
      locked_until = case when in_a_row % ${rules.lockAfter} = 0 then null else locked_until end
    where user_id = ${userId}`;
}

/** How many were wrong in a row at the levels up to this one. What no level is known of is held to be among them. */
export function inARowUpTo(rank: number): RawBuilder<unknown> {
  const above = places.filter((place) => place > rank);
  return sql.join([sql`in_a_row`, ...above.map((place) => sql`in_a_row_by[${sql.lit(place)}]`)], sql` - `);
}

/** Has a row while an attack that this user has reported lasts. */
export function reportOf(userId: string, now: Date): RawBuilder<unknown> {
  return sql`select from throttles where user_id = ${userId}::uuid and reported_until > ${now}`;
}

/** Of a user `u`: until when codes are not looked at, and until when an attack is reported. See `Lock`. */
export const lockOfUser = sql`
  (select greatest(t.locked_until, case when t.failed >= ${sql.lit(rules.answersPerWindow)} then t.window_ends_at end)
    from throttles t where t.user_id = u.id) as locked_until,
  (select t.reported_until from throttles t where t.user_id = u.id) as reported_until`;

export async function findThrottle(db: Db, userId: string): Promise<Throttle | undefined> {
  return db
    .selectFrom('throttles')
    .select(['paid', 'failed', 'windowEndsAt', 'inARow', 'lockedUntil', 'reportedUntil'])
    .where('userId', '=', userId)
    .executeTakeFirst();
}

/** Locks as ten wrong answers in a row do, and until then nobody is asked and no approval counts. No pass lifts it. */
export async function lockByReport(tx: Db, userId: string, now: Date): Promise<void> {
  const until = new Date(now.getTime() + rules.reportSeconds * 1000);
  const locked = { lockedUntil: until, reportedUntil: until };
  await tx.updateTable('throttles').set(locked).where('userId', '=', userId).execute();
}

/** Forgets every wrong answer of a user, and what they have reported: the helpdesk has spoken with them. */
export async function clearThrottle(db: Db, userId: string, now: Date): Promise<void> {
  const sums = { paid: 0, failed: 0, inARow: 0 };
  const parts = { paidBy: noCounts, failedBy: noCounts, inARowBy: noCounts };
  const none = { ...sums, ...parts, lockedUntil: null, reportedUntil: null, windowEndsAt: now };
  await db.updateTable('throttles').set(none).where('userId', '=', userId).execute();
}
