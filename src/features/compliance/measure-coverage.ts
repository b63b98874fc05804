import { admitsRoles, presets } from '../../domain/policy/policy.ts';
import { readPolicy } from '../../domain/policy/stored-policy.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { countGroups, type Group } from '../adoption/adoption-store.ts';
import { readAdoption } from '../adoption/read-adoption.ts';
import { findAreas } from '../policy/area-store.ts';
import { findRollout } from '../policy/rollout-store.ts';

/** For each area: the users who may log in, those of them with a second factor, and their methods. */
export async function measureCoverage({ db }: Pick<Deps, 'db'>, now: Date) {
  const [groups, areas, adoption, rollout] = await Promise.all([
    countGroups(db, now),
    findAreas(db),
    readAdoption({ db }, 30),
    findRollout(db),
  ]);
  return {
    areas: areas.map(({ name, policy: stored }) => {
      const policy = readPolicy(presets.standard[name], stored);
      const own = groups.filter(({ roles }) => admitsRoles(policy, roles));
      const enrolled = own.filter(({ methods }) => methods.length > 0);
      const methods = [...new Set(enrolled.flatMap((group) => group.methods))].sort();
      return {
        area: name,
        mfa: policy.mfa,
        minLevel: policy.minLevel,
        users: sum(own),
        enrolled: sum(enrolled),
        byMethod: methods.map((method) => ({
          method,
          users: sum(enrolled.filter((group) => group.methods.includes(method))),
        })),
      };
    }),
    adoption,
    rollout: {
      phase: rollout.phase,
      since: rollout.phaseSince ?? rollout.changedAt,
      enforced: Object.entries(rollout.targets).map(([who, since]) => ({ who, since })),
      graceDays: rollout.graceSeconds / 86_400,
    },
  };
}

function sum(groups: readonly Group[]): number {
  return groups.reduce((all, { users }) => all + users, 0);
}
