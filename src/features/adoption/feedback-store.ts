import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';

export type Feedback = { readonly rating: number; readonly comment: string | null };

/** Returns false if the user has already given feedback this month. */
export async function insertFeedback(
  db: Db,
  {
    userId,
    month,
    feedback: { rating, comment },
    at,
  }: { readonly userId: string; readonly month: string; readonly feedback: Feedback; readonly at: Date },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('mfaFeedback')
    .values({ userId, month, at, rating, comment })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/**
 * The mean of the ratings since `from`, to two decimal places, and their number. The mean is null if there are none.
 */
export async function findRatings(db: Db, from: Date) {
  const { rows } = await sql<{ mean: number | null; ratings: number }>`
    select round(avg(rating), 2)::float8 as mean, count(*)::int as ratings
    from mfa_feedback where at >= ${from}`.execute(db);
  return rows[0] ?? { mean: null, ratings: 0 };
}

/** The newest feedback first, without the user who gave it. */
export async function listFeedback(db: Db, from: Date, limit: number) {
  return db
    .selectFrom('mfaFeedback')
    .select(['at', 'rating', 'comment'])
    .where('at', '>=', from)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute();
}
