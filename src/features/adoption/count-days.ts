import { type DayCounts, daysUpTo, isSettled, nameOfDay, nothing } from '../../domain/adoption/days.ts';
import { type Job, periodicJob } from '../../lib/periodic-job.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { countDay, findFirstEvent, findKeptDays, keepDay } from './adoption-store.ts';

const everyMs = 60_000;
/** As far as anybody may look back. */
export const mostDays = 366;

/** What the audit tells of each of so many days up to today. A day that is over is counted once and kept. */
export async function countDays(
  { db }: Pick<Deps, 'db'>,
  count: number,
  now: Date,
): Promise<ReadonlyMap<string, DayCounts>> {
  const days = daysUpTo(now, count);
  const [oldest = nameOfDay(now)] = days;
  const [first, kept] = await Promise.all([findFirstEvent(db), findKeptDays(db, oldest)]);
  const counts = new Map<string, DayCounts>();
  for (const day of days) {
    const known = kept.get(day) ?? (first === null || day < nameOfDay(first) ? nothing : undefined);
    const ofDay = known ?? (await countDay(db, day));
    if (!known && isSettled(day, now)) await keepDay(db, day, ofDay);
    counts.set(day, ofDay);
  }
  return counts;
}

/** Counts each day soon after it is over, so that nobody who asks has to wait for it. */
export function startDayCounter(deps: Pick<Deps, 'db'>, onFailure: (error: unknown) => void): Job {
  let done = '';
  const round = async () => {
    const now = new Date();
    const [yesterday = ''] = daysUpTo(now, 2);
    if (done === yesterday || !isSettled(yesterday, now)) return;
    await countDays(deps, mostDays, now);
    done = yesterday;
  };
  return periodicJob(everyMs, round, onFailure);
}
