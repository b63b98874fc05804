import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { levels } from '../../domain/policy/assurance-level.ts';
import { throttleRules as rules, type Throttle } from '../../domain/throttling/second-factor-throttle.ts';

/** Counts by level, as pieces of SQL: arrays with one element for each level, from the weakest. */
const noCounts = sql.raw<number[]>(`array[${levels.map(() => 0)}]`);

const positions = levels.map((_, at) => at + 1);

function counts(at: (position: number) => RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`array[${sql.join(positions.map(at))}]`;
}

/** Adds one at the level that was tried (`tried.rank`). */
function oneMore(before: RawBuilder<unknown>): RawBuilder<unknown> {
  return counts(
    (position) => sql`(${before})[${sql.lit(position)}] + (tried.rank = ${sql.lit(position)})::int`,
  );
}

/** Adds `by` at one level. The result is at least the element of `least` at that level. */
function moreAt(
  rank: number | null,
  before: RawBuilder<unknown>,
  by: number,
  least: RawBuilder<unknown> = noCounts,
): RawBuilder<unknown> {
  if (rank === null) return before;
  return counts((position) => {
    const now = sql`(${before})[${sql.lit(position)}]`;
    return position === rank ? sql`greatest(${now} + ${sql.lit(by)}, (${least})[${sql.lit(position)}])` : now;
  });
}

/** Clears the counts at the levels up to this one, as a pass does. */
function clearedUpTo(rank: number, before: RawBuilder<unknown>): RawBuilder<unknown> {
  return counts((position) => (position <= rank ? sql.lit(0) : sql`(${before})[${sql.lit(position)}]`));
}

function sumOf(of: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql.join(
    positions.map((position) => sql`(${of})[${sql.lit(position)}]`),
    sql` + `,
  );
}

/**
 * A piece of SQL that inserts a row for each user in `from`, such as `from made`. A reservation updates this row, so
 * each user needs one.
 */
export function throttleInsertEach(from: RawBuilder<unknown>, now: Date) {
  return sql`
    insert into throttles (user_id, window_ends_at) select id, ${now}::timestamptz ${from} returning user_id`;
}

/**
 * A piece of SQL that reserves an answer if the limits allow one. It reads the CTEs `who` (user_id, open, alive) and
 * `tried` (rank). `tried.rank` is the level that the answer counts against; null if no factor could match. `cost` is
 * 0 or 1.
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

/** The reservation of an answer: see `claimCounts`. */
type ClaimedCounts = {
  readonly claimed: boolean;
  readonly inARow: number | null;
  readonly rank: number | null;
};

/**
 * A piece of SQL for a pass. It gives back the pass's own reservation and clears the failures up to its level.
 * Failures at stronger levels stay, with the lock that they caused. Otherwise an attacker with the user's mailbox
 * could gain more attempts at the user's authenticator app. A report of an attack also stays.
 */
export function clearCounts(
  { found, rank }: { readonly found: ClaimedCounts; readonly rank: number },
  now: Date,
) {
  const left = (column: string, by: number, least: RawBuilder<unknown> = noCounts) =>
    clearedUpTo(rank, moreAt(found.rank, sql`t.${sql.raw(column)}`, -by, least));
  const own = found.claimed ? 1 : 0;
  const claimed = left('paid_by', own, sql`t.failed_by`);
  const failed = left('failed_by', 0);
  const inARow = left('in_a_row_by', own);
  const lockedByThis = found.inARow !== null && found.inARow % rules.lockAfter === 0;
  return sql`
    update throttles t set paid = ${sumOf(claimed)}, paid_by = ${claimed}, failed = ${sumOf(failed)}, failed_by = ${failed},
      in_a_row = ${sumOf(inARow)}, in_a_row_by = ${inARow},
      window_ends_at = case when ${sumOf(claimed)} = 0 then ${now} else t.window_ends_at end,
      locked_until = case when ${lockedByThis}::boolean or ${sumOf(inARow)} = 0 then null else t.locked_until end
    from factor where t.user_id = factor.user_id`;
}

type Charged = Pick<ClaimedCounts, 'rank'> & { readonly userId: string };

/**
 * A piece of SQL that counts a wrong answer. An answer that nobody can guess was not reserved, so its failure costs
 * the user nothing. `condition` is a further `and …`.
 */
export function failCounts(
  { userId, claimed, rank }: Charged & Pick<ClaimedCounts, 'claimed'>,
  condition: RawBuilder<unknown>,
) {
  const cost = claimed ? 1 : 0;
  const failed = moreAt(rank, sql`failed_by`, cost);
  return sql`
    update throttles set failed = failed + ${cost}, paid = greatest(paid, failed + ${cost}),
      failed_by = ${failed}, paid_by = ${moreAt(rank, sql`paid_by`, 0, failed)}
    where user_id = ${userId} ${condition}
    returning paid as claimed, failed, window_ends_at, in_a_row, in_a_row_by, locked_until, reported_until`;
}

/** A piece of SQL that gives back the reservation of an answer. */
export function releaseCounts({ userId, rank }: Charged) {
  return sql`
    update throttles set paid = greatest(failed, paid - 1), in_a_row = greatest(0, in_a_row - 1),
      paid_by = ${moreAt(rank, sql`paid_by`, -1, sql`failed_by`)}, in_a_row_by = ${moreAt(rank, sql`in_a_row_by`, -1)},
      locked_until = case when in_a_row % ${rules.lockAfter} = 0 then null else locked_until end
    where user_id = ${userId}`;
}

/**
 * The number of wrong answers in a row at the levels up to this one. Wrong answers without a known level count among
 * them.
 */
export function inARowUpTo(rank: number): RawBuilder<unknown> {
  const above = positions.filter((position) => position > rank);
  return sql.join(
    [sql`in_a_row`, ...above.map((position) => sql`in_a_row_by[${sql.lit(position)}]`)],
    sql` - `,
  );
}

/** A piece of SQL that has a row while the user's report of an attack is in force. */
export function reportOf(userId: string, now: Date): RawBuilder<unknown> {
  return sql`select from throttles where user_id = ${userId}::uuid and reported_until > ${now}`;
}

/**
 * Columns for a user `u`: until when the service checks no codes, and until when a report of an attack is in force.
 * See `Lock`.
 */
export const lockOfUser = sql`
  (select greatest(t.locked_until, case when t.failed >= ${sql.lit(rules.answersPerWindow)} then t.window_ends_at end)
    from throttles t where t.user_id = u.id) as locked_until,
  (select t.reported_until from throttles t where t.user_id = u.id) as reported_until`;

export async function findThrottle(db: Db, userId: string): Promise<Throttle | undefined> {
  return db
    .selectFrom('throttles')
    .select(['paid as claimed', 'failed', 'windowEndsAt', 'inARow', 'lockedUntil', 'reportedUntil'])
    .where('userId', '=', userId)
    .executeTakeFirst();
}

/**
 * Locks the user as ten wrong answers in a row do. Until the lock ends, the service sends the
 * user no challenge and accepts no approval. No pass lifts the lock.
 */
export async function lockByReport(tx: Db, userId: string, now: Date): Promise<void> {
  const until = new Date(now.getTime() + rules.reportSeconds * 1000);
  const locked = { lockedUntil: until, reportedUntil: until };
  await tx.updateTable('throttles').set(locked).where('userId', '=', userId).execute();
}

/**
 * Clears the wrong answers of a user and the user's report of an attack. The helpdesk has spoken with the user
 * before.
 */
export async function clearThrottle(db: Db, userId: string, now: Date): Promise<void> {
  const sums = { paid: 0, failed: 0, inARow: 0 };
  const parts = { paidBy: noCounts, failedBy: noCounts, inARowBy: noCounts };
  const none = { ...sums, ...parts, lockedUntil: null, reportedUntil: null, windowEndsAt: now };
  await db.updateTable('throttles').set(none).where('userId', '=', userId).execute();
}
