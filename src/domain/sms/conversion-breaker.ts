/** The constants of the breaker. */
export const conversionRules = {
  /** The breaker looks at texts from this window if their codes have expired… */
  windowSeconds: 3600,
  /** …and only if there are at least this many. A share of fewer texts means little. */
  leastSettled: 20,
  pauseSeconds: 30 * 60,
  /** How many texts the service tries after the pause. */
  trials: 5,
} as const;

/** The scope of all countries together. It detects an attack that is spread over many countries. */
export const everyCountry = 'all';

export type Breaker = {
  readonly scope: string;
  readonly trippedAt: Date;
  readonly resumesAt: Date;
  readonly closedAt: Date | null;
};

/** Counts of the texts to new numbers: those of the last hour, or the trials since the pause. */
export type Counts = {
  readonly sent: number;
  /** The code has expired, whether or not the user entered it. */
  readonly settled: number;
  readonly answered: number;
  readonly settledAnswered: number;
};

export type BreakerState = 'closed' | 'open' | 'half_open';

export function stateOf(breaker: Breaker | null, now: Date): BreakerState {
  if (!breaker || breaker.closedAt) return 'closed';
  return now < breaker.resumesAt ? 'open' : 'half_open';
}

/**
 * The change that a breaker needs; null if none. A text with a code that still works proves nothing. When many people
 * log in at the same time, there are many such texts.
 */
export function evaluateBreaker(
  breaker: Breaker | null,
  counts: Counts,
  leastPercent: number,
  now: Date,
): 'trip' | 'close' | null {
  const { leastSettled, trials } = conversionRules;
  const state = stateOf(breaker, now);
  if (leastPercent === 0) return state === 'closed' ? null : 'close';
  switch (state) {
    case 'closed': {
      const low = counts.settledAnswered * 100 < leastPercent * counts.settled;
      return counts.settled >= leastSettled && low ? 'trip' : null;
    }
    case 'open':
      return null;
    case 'half_open': {
      if (counts.answered * 100 >= leastPercent * trials) return 'close';
      return counts.settled >= trials ? 'trip' : null;
    }
  }
}
