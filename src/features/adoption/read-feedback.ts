import { beginOfDay, daysUpTo, nameOfDay } from '../../domain/adoption/days.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { listFeedback } from './feedback-store.ts';

/** The feedback of users on the last `days` days, including today. */
export async function readFeedback(
  { db }: Pick<Deps, 'db'>,
  { days, limit }: { readonly days: number; readonly limit: number },
) {
  const now = new Date();
  const [first = nameOfDay(now)] = daysUpTo(now, days);
  return listFeedback(db, beginOfDay(first), limit);
}
