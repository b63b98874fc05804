/** The numbers behind the breaker. */
export const conversionRules = {
  /** Texts of the last hour whose codes are over… */
  windowSeconds: 3600,
  /** …from so many on. Of fewer, a share says nothing. */
  leastSettled: 20,
  pauseSeconds: 30 * 60,
  /** How many are tried after the pause. */
  trials: 5,
} as const;

/** `all` is what every country adds up to: it catches what is spread over many. */
export const everyCountry = 'all';

export type Breaker = {
  readonly scope: string;
  readonly trippedAt: Date;
  readonly resumesAt: Date;
  readonly closedAt: Date | null;
};

/** Of the texts to new numbers that are looked at: the last hour's, or the trials since the pause. */
export type Counts = {
  readonly sent: number;
  /** Their code is over, whether it came back or not. */
  readonly settled: number;
  readonly answered: number;
  readonly settledAnswered: number;
};

export type BreakerState = 'closed' | 'open' | 'half_open';

export function stateOf(breaker: Breaker | null, now: Date): BreakerState {
  if (!breaker || breaker.closedAt) return 'closed';
  return now < breaker.resumesAt ? 'open' : 'half_open';
}

/** What has to become of a breaker. Texts whose code still works are no sign: at eight in the morning there are many. */
export function judge(
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
