import type { Limit } from '../../lib/problem.ts';

/**
 * The counters of the service. The features report what happened, and only the implementation depends on Prometheus.
 * Every argument comes from a small set of words. It is never a name, an id or an address.
 */
export type MetricsPort = {
  /** `outcome`: the result of the login, or the type of the problem that ended it. */
  readonly login: (area: string, outcome: string) => void;
  /** An answer to a second-factor challenge. `method` is null where the answer fits no factor. */
  readonly verification: (method: string | null, outcome: VerificationOutcome) => void;
  /** Wrong answers have locked a second factor for a while. */
  readonly lock: () => void;
  /** An answer that was a problem. `limit` is set where the client exceeded a limit. */
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
