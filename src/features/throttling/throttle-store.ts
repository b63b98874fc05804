import { type RawBuilder, sql } from 'kysely';
import { levels } from '../../domain/policy/assurance-level.ts';
import { throttleRules as rules } from '../../domain/throttling/second-factor-throttle.ts';

/** Counts by level as pieces of SQL: arrays with one place for each level, from the weakest. */
export const noCounts = sql.raw<number[]>(`array[${levels.map(() => 0)}]`);

const places = levels.map((_, at) => at + 1);

function counts(at: (place: number) => RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`array[${sql.join(places.map(at))}]`;
}

/** One more at the level that was tried: at `tried.rank`. */
export function oneMore(before: RawBuilder<unknown>): RawBuilder<unknown> {
  return counts((place) => sql`(${before})[${sql.lit(place)}] + (tried.rank = ${sql.lit(place)})::int`);
}

/** So much more at one level, and never less than `least` has there. */
export function moreAt(
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

/** What an answer was charged: see `claimAttempt`. */
export type ClaimedCounts = {
  readonly paid: boolean;
  readonly inARow: number | null;
  readonly rank: number | null;
};

/**
 * What the pass itself cost is given back, and what was wrong up to its level is forgotten. What was guessed of stronger
 * factors stays, with the lock that it led to: a mailbox must not buy more guesses at an app. A report of an attack stays.
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
