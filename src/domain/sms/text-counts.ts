import type { BreakerState } from './conversion-breaker.ts';

/** Of the day, in UTC. `answered`: the code came back; `failed`: the carrier did not take it. */
export type TextCounts = {
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
  /** Of these, what went to numbers that were not proven. */
  readonly newSent: number;
  readonly newAnswered: number;
};

export type SmsFigures = {
  readonly day: string;
  readonly total: TextCounts & { readonly left: number; readonly breaker: BreakerState };
  readonly countries: readonly (TextCounts & {
    readonly country: string;
    readonly allowed: boolean;
    readonly left: number;
    readonly breaker: BreakerState;
    /** When texts are tried again, while the breaker is open. */
    readonly resumesAt: Date | null;
  })[];
  /** Those that were sent most, at most ten. */
  readonly prefixes: readonly { readonly prefix: string; readonly spent: number; readonly left: number }[];
};
