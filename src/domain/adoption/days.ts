/** What the audit tells of one day. */
export type DayCounts = {
  /** Sessions that were opened, by a password alone or by a second factor. */
  readonly logins: number;
  /** Second factors that were shown and right: at a login, a step-up, beside a request, for a proof. */
  readonly passed: number;
  readonly failed: number;
  readonly recoveryCodesUsed: number;
  readonly bypassCodesUsed: number;
  readonly lockouts: number;
  /** New factors. */
  readonly enrolled: number;
  /** Requests that a policy on trial would have refused. */
  readonly wouldRefuse: number;
};

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
/** An event is written within seconds of its time, and the clocks of two instances are not further apart than this. */
const settlesMs = 600_000;

/** A day by its name, `2026-02-03`, in UTC: the same wherever the reader is. */
export function nameOfDay(time: Date): string {
  return time.toISOString().slice(0, 10);
}

export function beginOfDay(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

/** So many days up to today, oldest first. */
export function daysUpTo(now: Date, count: number): string[] {
  return Array.from({ length: count }, (_, at) =>
    nameOfDay(new Date(now.getTime() - (count - 1 - at) * dayMs)),
  );
}

/** Whether nothing will be added to a day any more. */
export function isSettled(day: string, now: Date): boolean {
  return now.getTime() - beginOfDay(day).getTime() >= dayMs + settlesMs;
}

/** Of all answers the share that was right; null where there was none. */
export function successRate({ passed, failed }: Pick<DayCounts, 'passed' | 'failed'>): number | null {
  const all = passed + failed;
  return all === 0 ? null : Math.round((passed / all) * 10_000) / 10_000;
}
