import type { BreakerState } from './conversion-breaker.ts';

/** Counts of one day in UTC. `answered`: the user entered the code. `failed`: the carrier refused the text. */
export type TextCounts = {
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
  /** The part of `sent` and `answered` that went to numbers that were not proven. */
  readonly newSent: number;
  readonly newAnswered: number;
};

export type SmsFigures = {
  readonly day: string;
  readonly total: TextCounts & { readonly left: number; readonly breaker: BreakerState };
  /** Notices of dangers. They take from the budgets too, and the counts above and below are of codes alone. */
  readonly notices: { readonly spent: number; readonly left: number };
  readonly countries: readonly (TextCounts & {
    readonly country: string;
    readonly allowed: boolean;
    readonly left: number;
    readonly breaker: BreakerState;
    /** When the service tries texts again. Null if the breaker is not open. */
    readonly resumesAt: Date | null;
  })[];
  /** The prefixes with the most texts, at most ten. */
  readonly prefixes: readonly { readonly prefix: string; readonly spent: number; readonly left: number }[];
};
