/** Counts from the audit of one day. */
export type DayCounts = {
  /** New sessions, by a password alone or with a second factor. */
  readonly logins: number;
  /** Correct second factors: at a login, a step-up, beside a request, or for a proof. */
  readonly passed: number;
  readonly failed: number;
  readonly recoveryCodesUsed: number;
  readonly bypassCodesUsed: number;
  readonly lockouts: number;
  readonly enrolled: number;
  /** Requests that a report-only policy would have refused. */
  readonly wouldRefuse: number;
};

/** The same of one hour. `hour` is its begin. */
export type HourCounts = { readonly hour: Date } & DayCounts;

export const nothing: DayCounts = {
  logins: 0,
  passed: 0,
  failed: 0,
  recoveryCodesUsed: 0,
  bypassCodesUsed: 0,
  lockouts: 0,
  enrolled: 0,
  wouldRefuse: 0,
};

export const dayMs = 86_400_000;
export const hourMs = 3_600_000;
/**
 * In milliseconds: how long after its end a day or an hour may still change. The audit writes an event within seconds. The clocks
 * of two instances differ by less than this.
 */
const settlesMs = 600_000;

/** A day in UTC, as `2026-02-03`. It does not depend on the time zone of the reader. */
export function nameOfDay(time: Date): string {
  return time.toISOString().slice(0, 10);
}

export function beginOfDay(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

/** The last `count` days up to today, oldest first. */
export function daysUpTo(now: Date, count: number): string[] {
  return Array.from({ length: count }, (_, at) =>
    nameOfDay(new Date(now.getTime() - (count - 1 - at) * dayMs)),
  );
}

/** True if no more events can be added to the day. */
export function isSettled(day: string, now: Date): boolean {
  return now.getTime() - beginOfDay(day).getTime() >= dayMs + settlesMs;
}

/** The hours of a day to which no more events can be added, oldest first, by their begin. */
export function settledHours(day: string, now: Date): Date[] {
  const begin = beginOfDay(day).getTime();
  const all = Array.from({ length: dayMs / hourMs }, (_, at) => new Date(begin + at * hourMs));
  return all.filter((hour) => now.getTime() - hour.getTime() >= hourMs + settlesMs);
}

export function sumOf(counts: readonly DayCounts[]): DayCounts {
  const names = Object.keys(nothing) as (keyof DayCounts)[];
  const sums = names.map((name) => [name, counts.reduce((sum, one) => sum + one[name], 0)]);
  return { ...nothing, ...Object.fromEntries(sums) };
}

/** The share of right answers, to four places. Null if there are no answers. */
export function successRate({ passed, failed }: Pick<DayCounts, 'passed' | 'failed'>): number | null {
  const all = passed + failed;
  return all === 0 ? null : Math.round((passed / all) * 10_000) / 10_000;
}
