import { nameOfDay } from '../../domain/adoption/days.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { tooManyAttempts } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { type Feedback, insertFeedback } from './feedback-store.ts';

/**
 * Stores a user's feedback on the second factor, once in a calendar month (UTC). Throws 429 `rate` if the user gives
 * it again.
 */
export async function giveFeedback(
  { db }: Pick<Deps, 'db'>,
  { session }: SessionPrincipal,
  feedback: Feedback,
): Promise<void> {
  const now = new Date();
  const month = `${nameOfDay(now).slice(0, 7)}-01`;
  if (await insertFeedback(db, { userId: session.userId, month, feedback, at: now })) return;
  const nextMonth = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
  throw tooManyAttempts('feedback', {
    detail: 'You have already given feedback this month. Thank you. You can do so again next month.',
    retry_after: Math.ceil((nextMonth - now.getTime()) / 1000),
  });
}
