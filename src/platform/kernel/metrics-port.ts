import type { Limit } from '../../lib/problem.ts';

/**
 * What is counted while the service works. The features say what happened, the metrics hand in something that counts:
 * nobody but they knows of Prometheus. Every argument is one of a few words, never a name, an id or an address.
 */
export type MetricsPort = {
  /** `outcome`: what the login led to, or the type of the problem that it ended with. */
  readonly login: (area: string, outcome: string) => void;
  /** An answer that a second factor was asked for. `method` is null where it was meant for none. */
  readonly verification: (method: string | null, outcome: VerificationOutcome) => void;
  /** So many wrong answers that for a while none is looked at. */
  readonly lock: () => void;
  /** An answer that was a problem; `limit` where somebody did something too often. */
  readonly refusal: (problem: string, limit: Limit | null) => void;
};

type VerificationOutcome =
  | 'passed'
  | 'waived'
  | 'failed'
  | 'used'
  | 'weak'
  | 'denied'
  | 'locked'
  | 'unanswered';

export const noMetrics: MetricsPort = {
  login: () => {},
  verification: () => {},
  lock: () => {},
  refusal: () => {},
};
