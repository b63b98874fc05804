/**
 * How many answers a user may give. Three counters work together (PCI DSS 8.3.4, NIST SP 800-63B 3.2.2).
 *
 * The service reserves an attempt before it checks an answer, in one conditional statement (see attempt-store.ts). So
 * the limit applies even if many answers come at once. `claimed` counts the reserved attempts. At any moment the service
 * is checking `claimed - failed` answers.
 */
export const throttleRules = {
  answersPerWindow: 3,
  windowSeconds: 15 * 60,
  /** This many wrong answers in a row, over any number of windows, lock the second factor… */
  lockAfter: 10,
  lockSeconds: 30 * 60,
  /** After the owner reports an attack, the service sends no challenge and accepts no approval for this time. */
  reportSeconds: 30 * 60,
  /** …and this many disable the factor in question. Then the user must enrol it again. */
  disableAfter: 100,
} as const;

export type Throttle = {
  readonly claimed: number;
  readonly failed: number;
  readonly windowEndsAt: Date;
  readonly inARow: number;
  readonly lockedUntil: Date | null;
  readonly reportedUntil: Date | null;
};

/** Until when the service checks no codes of the user, and until when it sends no challenges because of a report. */
export type Lock = { readonly lockedUntil: Date | null; readonly reportedUntil: Date | null };

/** Whole seconds until both the lock and the report have ended. Null if neither is in force. */
export function lockSeconds({ lockedUntil, reportedUntil }: Lock, now: Date): number | null {
  const ends = [lockedUntil, reportedUntil].flatMap((end) => (end && end > now ? [end.getTime()] : []));
  return ends.length > 0 ? secondsBetween(now, new Date(Math.max(...ends))) : null;
}

/** Whole seconds until the service checks an answer again. Null if it checks answers now. */
export function waitSeconds(throttle: Throttle, now: Date): number | null {
  const { claimed, failed, windowEndsAt } = throttle;
  const locked = lockSeconds(throttle, now);
  if (locked !== null) return locked;
  if (windowEndsAt <= now || claimed < throttleRules.answersPerWindow) return null;
  // The service is checking other answers right now. A right one clears the count, so try again in a second.
  return failed < throttleRules.answersPerWindow ? 1 : secondsBetween(now, windowEndsAt);
}

export function attemptsRemaining({ failed, ...lock }: Throttle, now: Date): number {
  if (lockSeconds(lock, now) !== null) return 0;
  return Math.max(0, throttleRules.answersPerWindow - failed);
}

function secondsBetween(from: Date, to: Date): number {
  return Math.max(1, Math.ceil((to.getTime() - from.getTime()) / 1000));
}
