import { dependencyUnavailable } from '../../lib/problem.ts';

const toleratedMs = 30_000;

/**
 * One of the two clocks is wrong, ours or the database's, and only an operator can say which: with a clock that is
 * behind, what has expired lives again for as long, and one that is ahead forgets locks. So an instance whose clock
 * differs is not ready. On the embedded database both are the same clock.
 */
export function clocksAgree(databaseTime: Date, now: Date): boolean {
  return Math.abs(databaseTime.getTime() - now.getTime()) <= toleratedMs;
}

/** Whether the clock of this instance is known to be right. */
export type ClockWatch = {
  /**
   * Throws 503 dependency-unavailable while it is wrong. It costs nothing, but where the clock has jumped since it was
   * compared last: then it is compared at once.
   */
  readonly assertRight: () => void | Promise<void>;
  /** Compares now. Throws where the database does not answer; what was known before then stays. */
  readonly compare: () => Promise<boolean>;
  /** Remembers a time of the database that was asked for anyway. Whether the clocks agree. */
  readonly note: (databaseTime: Date) => boolean;
};

/** For the embedded database, whose clock is ours. */
export const sameClock: ClockWatch = { assertRight: () => {}, compare: async () => true, note: () => true };

const jumpMs = 1_000;

/**
 * Remembers how the clock of the process compared with the database's, which is asked by `databaseTime` every few seconds
 * and at each question for readiness. The monotonic clock tells of a jump in between: of a machine that was suspended, say,
 * or whose time was set. An instance whose clock is wrong grants nothing: no code and no grace could be judged by it.
 */
export function watchClock(databaseTime: () => Promise<Date>): ClockWatch {
  let known: { readonly right: boolean; readonly offsetMs: number } | null = null;

  function note(theirs: Date): boolean {
    known = { right: clocksAgree(theirs, new Date()), offsetMs: offset() };
    return known.right;
  }

  async function compare(): Promise<boolean> {
    return note(await databaseTime());
  }

  function assertRight(): void | Promise<void> {
    if (!known || Math.abs(offset() - known.offsetMs) > jumpMs) return compare().then(refuseUnless);
    refuseUnless(known.right);
  }

  return { assertRight, compare, note };
}

function offset(): number {
  return Date.now() - performance.now();
}

function refuseUnless(right: boolean): void {
  if (right) return;
  throw dependencyUnavailable({ detail: 'The clock of this instance is wrong. Try again.', retry_after: 5 });
}
