/**
 * How many answers a user may give (design: three stacked counters; PCI DSS 8.3.4, NIST SP 800-63B 3.2.2).
 *
 * An answer is paid for before it is looked at, in one conditional statement (see attempt-store.ts), so the limit
 * holds however many come at once. `paid - failed` answers are being looked at at this moment.
 */
export const throttleRules = {
  answersPerWindow: 3,
  windowSeconds: 15 * 60,
  /** So many wrong in a row, over any number of windows, lock the second factor… */
  lockAfter: 10,
  lockSeconds: 30 * 60,
  /** How long nobody is asked after the owner has reported an attack. */
  reportSeconds: 30 * 60,
  /** …and so many disable the factor that was tried: it must be enrolled anew. */
  disableAfter: 100,
} as const;

export type Throttle = {
  readonly paid: number;
  readonly failed: number;
  readonly windowEndsAt: Date;
  readonly inARow: number;
  readonly lockedUntil: Date | null;
  readonly reportedUntil: Date | null;
};

/** Until when a user's codes are not looked at, and until when nobody is asked because an attack was reported. */
export type Lock = { readonly lockedUntil: Date | null; readonly reportedUntil: Date | null };

/** Whole seconds until codes are looked at again; null where they are now. */
export function lockSeconds({ lockedUntil, reportedUntil }: Lock, now: Date): number | null {
  const ends = [lockedUntil, reportedUntil].flatMap((end) => (end && end > now ? [end.getTime()] : []));
  return ends.length > 0 ? secondsBetween(now, new Date(Math.max(...ends))) : null;
}

/** Whole seconds until an answer would be looked at again; null if it would be now. */
export function waitSeconds(throttle: Throttle, now: Date): number | null {
  const { paid, failed, windowEndsAt } = throttle;
  const locked = lockSeconds(throttle, now);
  if (locked !== null) return locked;
  if (windowEndsAt <= now || paid < throttleRules.answersPerWindow) return null;
  // Others are being looked at right now, and a right one among them clears the count.
  return failed < throttleRules.answersPerWindow ? 1 : secondsBetween(now, windowEndsAt);
}

export function attemptsRemaining({ failed, ...lock }: Throttle, now: Date): number {
  if (lockSeconds(lock, now) !== null) return 0;
  return Math.max(0, throttleRules.answersPerWindow - failed);
}

function secondsBetween(from: Date, to: Date): number {
  return Math.max(1, Math.ceil((to.getTime() - from.getTime()) / 1000));
}
