import type { Db } from '../../../db/connect.ts';
import {
  beginOfDay,
  type DayCounts,
  dayMs,
  daysUpTo,
  hourMs,
  isSettled,
  nameOfDay,
  nothing,
  settledHours,
  sumOf,
} from '../../domain/adoption/days.ts';
import { type Job, periodicJob } from '../../lib/periodic-job.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import {
  countHours,
  findFirstEvent,
  findKeptDays,
  findKeptHours,
  keepDay,
  keepHours,
} from './adoption-store.ts';

const everyMs = 60_000;
/** The most days that a caller may ask for. */
export const mostDays = 366;

/**
 * The counts of the audit events on each of the last `count` days, including today. The service counts a day once
 * after its end and stores the counts. It stores those of each hour of the present day.
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
    const ofDay = known ?? (await countDay(db, day, now));
    if (!known && isSettled(day, now)) await keepDay(db, day, ofDay);
    counts.set(day, ofDay);
  }
  return counts;
}

/** Counts a day from the audit events. Counts an hour of a day that is not over only once, after the hour's end. */
async function countDay(db: Db, day: string, now: Date): Promise<DayCounts> {
  const begin = beginOfDay(day);
  const end = new Date(begin.getTime() + dayMs);
  const kept = await findKeptHours(db, day);
  const last = kept.at(-1);
  const from = last ? new Date(last.hour.getTime() + hourMs) : begin;
  const counts = await countHours(db, from, end);
  if (!isSettled(day, now)) {
    const hours = settledHours(day, now).filter((hour) => hour >= from);
    const countsOf = (hour: Date) => counts.find((one) => one.hour.getTime() === hour.getTime()) ?? nothing;
    await keepHours(
      db,
      hours.map((hour) => ({ ...countsOf(hour), hour })),
    );
  }
  return sumOf([...kept, ...counts]);
}

/** Counts each day and each hour soon after its end, so that no request has to wait for the count. */
export function startDayCounter(deps: Pick<Deps, 'db'>, onFailure: (error: unknown) => void): Job {
  let done = '';
  let hours = -1;
  const round = async () => {
    const now = new Date();
    const [yesterday = '', today = ''] = daysUpTo(now, 2);
    const over = settledHours(today, now).length;
    if (over !== hours) await countDays(deps, 1, now);
    hours = over;
    if (done === yesterday || !isSettled(yesterday, now)) return;
    await countDays(deps, mostDays, now);
    done = yesterday;
  };
  return periodicJob(everyMs, round, onFailure);
}
