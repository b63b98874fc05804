import type { DayCounts } from '../../domain/adoption/days.ts';
import { roleNames } from '../../domain/users/roles.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { countGroups, type Group } from './adoption-store.ts';
import { countDays } from './count-days.ts';
import { readScorecard, type Scorecard } from './read-scorecard.ts';

export type Adoption = {
  /** Active users. A user with two roles counts in each of them. */
  readonly users: number;
  readonly enrolled: number;
  readonly byRole: readonly { readonly role: string; readonly users: number; readonly enrolled: number }[];
  readonly byMethod: readonly { readonly method: string; readonly users: number }[];
  readonly days: readonly ({ readonly day: string } & DayCounts)[];
  readonly grace: { readonly inGrace: number; readonly ended: number };
  readonly scorecard: Scorecard;
};

/** The users with a second factor now, and the counts of the last `days` days. */
export async function readAdoption(deps: Pick<Deps, 'db'>, days: number): Promise<Adoption> {
  const now = new Date();
  const [groups, counts] = await Promise.all([countGroups(deps.db, now), countDays(deps, days, now)]);
  const scorecard = await readScorecard(deps, sum(groups), counts, now);
  const enrolled = groups.filter(({ methods }) => methods.length > 0);
  const ofRole = (some: readonly Group[], role: string) =>
    sum(some.filter(({ roles }) => roles.includes(role)));
  return {
    users: sum(groups),
    enrolled: sum(enrolled),
    byRole: roleNames.map((role) => ({
      role,
      users: ofRole(groups, role),
      enrolled: ofRole(enrolled, role),
    })),
    byMethod: byMethod(enrolled),
    days: [...counts].map(([day, ofDay]) => ({ day, ...ofDay })),
    grace: {
      inGrace: sum(groups.filter(({ inGrace }) => inGrace === true)),
      // Nobody must enrol in the soft phase, even if an earlier phase began a grace period.
      ended: scorecard.phase === 'soft' ? 0 : sum(groups.filter(({ inGrace }) => inGrace === false)),
    },
    scorecard,
  };
}

/** A user with two factors of one method counts once. The most used method comes first. */
function byMethod(enrolled: readonly Group[]): Adoption['byMethod'] {
  const methods = [...new Set(enrolled.flatMap((group) => group.methods))].sort();
  return methods
    .map((method) => ({ method, users: sum(enrolled.filter((group) => group.methods.includes(method))) }))
    .sort((a, b) => b.users - a.users);
}

function sum(groups: readonly Group[]): number {
  return groups.reduce((all, { users }) => all + users, 0);
}
