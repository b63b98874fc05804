import { beginOfDay, type DayCounts, dayMs, daysUpTo, nameOfDay } from '../../domain/adoption/days.ts';
import {
  atLeast,
  atMost,
  type EnrolmentDay,
  enrolmentGoal,
  type Goal,
  lessThan,
  moreThan,
  p95Ms,
  shareOf,
  targets,
} from '../../domain/adoption/scorecard.ts';
import type { Phase } from '../../domain/policy/rollout.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { findRatings } from './feedback-store.ts';
import {
  countTroubles,
  findFirstUser,
  findPhase,
  findVerificationTimes,
  growthByDay,
} from './scorecard-store.ts';

export type Scorecard = {
  readonly phase: Phase;
  /** When the phase began. For the first phase, when the first account was created. */
  readonly since: Date;
  readonly enrolled: Goal & { readonly byDay: readonly EnrolmentDay[] };
  readonly verificationP95Ms: Goal;
  readonly successRate: Goal;
  readonly neededHelpdesk: Goal & { readonly people: number; readonly tickets: number };
  readonly takeovers: Goal;
  readonly feedback: Goal & { readonly ratings: number };
};

/**
 * The success criteria of the rollout. Enrolment counts from the beginning of the phase, the other criteria over
 * `days`.
 */
export async function readScorecard(
  { db }: Pick<Deps, 'db'>,
  users: number,
  days: ReadonlyMap<string, DayCounts>,
  now: Date,
): Promise<Scorecard> {
  const [firstDay = nameOfDay(now)] = days.keys();
  const from = beginOfDay(firstDay);
  const [{ phase, phaseSince }, firstUser, times, troubles, ratings] = await Promise.all([
    findPhase(db),
    findFirstUser(db),
    findVerificationTimes(db, firstDay),
    countTroubles(db, from),
    findRatings(db, from),
  ]);
  const since = phaseSince ?? firstUser ?? now;
  const byDay = await enrolmentSince(db, since, now);
  const passed = [...days.values()].reduce((sum, day) => sum + day.passed, 0);
  const { helped, tickets, takeovers, broken } = troubles;
  return {
    phase,
    since,
    enrolled: { ...enrolmentGoal(byDay), byDay },
    verificationP95Ms: atMost(targets.verificationP95Ms, p95Ms(times)),
    successRate: atLeast(targets.successRate, shareOf(passed, passed + broken)),
    neededHelpdesk: {
      ...lessThan(targets.neededHelpdesk, shareOf(helped, users)),
      people: helped,
      tickets,
    },
    takeovers: atMost(targets.takeovers, takeovers),
    feedback: { ...moreThan(targets.feedback, ratings.mean), ratings: ratings.ratings },
  };
}

/** The share of the current users who were enrolled at the end of each day, for as many days as the target gives. */
async function enrolmentSince(db: Deps['db'], since: Date, now: Date): Promise<readonly EnrolmentDay[]> {
  const { withinDays } = targets.enrolled;
  const past = Math.floor((now.getTime() - beginOfDay(nameOfDay(since)).getTime()) / dayMs) + 1;
  const days = daysUpTo(now, Math.max(1, past)).slice(0, withinDays);
  const grown = await growthByDay(db, since);
  return days.map((day) => {
    const until = grown.filter((one) => one.day <= day);
    const users = until.reduce((sum, one) => sum + one.users, 0);
    const enrolled = until.reduce((sum, one) => sum + one.enrolled, 0);
    return { day, users, enrolled, share: shareOf(enrolled, users) };
  });
}
