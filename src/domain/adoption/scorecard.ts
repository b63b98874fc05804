/** A success criterion of a rollout: its target and the figure to compare with it. */
export type Goal = {
  readonly target: number;
  /** Null if there is no figure yet. */
  readonly value: number | null;
  /** Null if it is too early to decide. */
  readonly met: boolean | null;
};

export const targets = {
  /** Of all active users, `withinDays` days after the phase began. */
  enrolled: { share: 0.8, withinDays: 30 },
  verificationP95Ms: 100,
  /** Of the verifications that did not end with a typing error. */
  successRate: 0.999,
  /** Of all active users. */
  neededHelpdesk: 0.05,
  takeovers: 0,
  /** Out of 5. */
  feedback: 4,
} as const;

/** Upper bounds of the ranges for durations, in milliseconds. No answer takes longer than the last. */
const boundsMs = [5, 10, 25, 50, 75, 100, 150, 250, 500, 1_000, 2_500, 5_000, 10_000] as const;

export function rangeOf(ms: number): number {
  const range = boundsMs.findIndex((bound) => ms <= bound);
  return range < 0 ? boundsMs.length - 1 : range;
}

/** The upper bound of the range that contains the 95th percentile, in milliseconds. Null if there are no durations. */
export function p95Ms(answers: ReadonlyMap<number, number>): number | null {
  const all = boundsMs.reduce((sum, _, range) => sum + (answers.get(range) ?? 0), 0);
  let within = 0;
  for (const [range, bound] of boundsMs.entries()) {
    within += answers.get(range) ?? 0;
    if (all > 0 && within >= all * 0.95) return bound;
  }
  return null;
}

export function atLeast(target: number, value: number | null): Goal {
  return { target, value, met: value === null ? null : value >= target };
}

export function moreThan(target: number, value: number | null): Goal {
  return { target, value, met: value === null ? null : value > target };
}

export function atMost(target: number, value: number | null): Goal {
  return { target, value, met: value === null ? null : value <= target };
}

export function lessThan(target: number, value: number | null): Goal {
  return { target, value, met: value === null ? null : value < target };
}

export type EnrolmentDay = {
  readonly day: string;
  readonly enrolled: number;
  readonly users: number;
  readonly share: number | null;
};

/** Whether enough users enrolled in time. Before the deadline, the goal is not missed. */
export function enrolmentGoal(byDay: readonly EnrolmentDay[]): Goal {
  const { share: target, withinDays } = targets.enrolled;
  const value = byDay.at(-1)?.share ?? null;
  if (byDay.some(({ share }) => share !== null && share >= target)) return { target, value, met: true };
  return { target, value, met: byDay.length < withinDays ? null : false };
}

/** The share of `part` in `all`, to four places. Null if `all` is 0. */
export function shareOf(part: number, all: number): number | null {
  return all === 0 ? null : Math.round((part / all) * 10_000) / 10_000;
}
