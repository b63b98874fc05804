import { type DayCounts, daysUpTo, isSettled, nameOfDay, nothing } from '../../domain/adoption/days.ts';
import { type Job, periodicJob } from '../../lib/periodic-job.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { countDay, findFirstEvent, findKeptDays, keepDay } from './adoption-store.ts';

const everyMs = 60_000;
/** The most days that a caller may ask for. */
export const mostDays = 366;

/**
 * The counts of the audit events on each of the last `count` days, including today. The service counts a day once
 * after its end and stores the counts.
 */
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

/** Counts each day soon after its end, so that no request has to wait for the count. */
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
