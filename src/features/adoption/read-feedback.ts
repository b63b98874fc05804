import { beginOfDay, daysUpTo, nameOfDay } from '../../domain/adoption/days.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { listFeedback } from './feedback-store.ts';

/** What people said on each of so many days up to today. */
export async function readFeedback(
  { db }: Pick<Deps, 'db'>,
  { days, limit }: { readonly days: number; readonly limit: number },
) {
  const now = new Date();
  const [first = nameOfDay(now)] = daysUpTo(now, days);
  return listFeedback(db, beginOfDay(first), limit);
}
