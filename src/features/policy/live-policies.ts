import type { Db } from '../../../db/connect.ts';
import { type AreaName, areaNames, type Policies, type Policy } from '../../domain/policy/policy.ts';
import type { Rollout } from '../../domain/policy/rollout.ts';
import { readPolicy } from '../../domain/policy/stored-policy.ts';
import { dependencyUnavailable } from '../../lib/problem.ts';
import type { PolicySnapshot } from '../../platform/kernel/request-context.ts';
import { findAreas, seedAreas } from './area-store.ts';
import { findRollout } from './rollout-store.ts';

export type LivePolicies = {
  readonly policies: Policies;
  /** The policies and the rollout as they were read last. A later reload does not change them. */
  readonly policySnapshot: () => PolicySnapshot;
  readonly rollout: Rollout;
  /**
   * Called on every notification, after a change on this instance, and every few seconds in case a notification was
   * lost.
   */
  readonly reload: () => Promise<void>;
};

/**
 * The policies and the rollout of the database, in objects that callers may keep. A read of a member always gives its
 * present value. If the row of an area cannot be read, the area answers 503 and admits nobody. It does not fall back to
 * another policy.
 */
export async function openLivePolicies(db: Db, preset: Policies): Promise<LivePolicies> {
  let snapshot: PolicySnapshot;
  let begun = 0;
  let shown = 0;

  /** Reloads may overlap. What one has read never replaces what a reload that began later has read. */
  async function reload(): Promise<void> {
    begun += 1;
    const turn = begun;
    const [rows, found] = [await findAreas(db), await findRollout(db)];
    const policies = new Map<AreaName, Policy>();
    const reportOnlyPolicies = new Map<AreaName, Policy>();
    for (const { name, policy, trial } of rows) {
      const read = readable(() => readPolicy(preset[name], policy));
      const reportOnlyPolicy = trial && readable(() => readPolicy(preset[name], trial));
      if (read) policies.set(name, read);
      if (reportOnlyPolicy) reportOnlyPolicies.set(name, reportOnlyPolicy);
    }
    if (turn < shown) return;
    shown = turn;
    snapshot = {
      policies: members((name) => policies.get(name) ?? unreadable(name)),
      reportOnly: members((name) => reportOnlyPolicies.get(name)),
      rollout: found,
    };
  }

  await seedAreas(db, preset);
  await reload();
  return {
    policies: members((name) => snapshot.policies[name]),
    policySnapshot: () => snapshot,
    rollout: {
      get phase() {
        return snapshot.rollout.phase;
      },
      get targets() {
        return snapshot.rollout.targets;
      },
      get graceSeconds() {
        return snapshot.rollout.graceSeconds;
      },
    },
    reload,
  };
}

function members<Value>(get: (name: AreaName) => Value): Readonly<Record<AreaName, Value>> {
  const of = areaNames.map((name) => [name, { enumerable: true, get: () => get(name) }]);
  return Object.defineProperties(Object.create(null), Object.fromEntries(of));
}

function readable(read: () => Policy): Policy | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function unreadable(name: AreaName): never {
  throw dependencyUnavailable({ detail: `The policy of the area ${name} cannot be read.`, retry_after: 60 });
}
