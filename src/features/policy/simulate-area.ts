import { assertPolicy } from '../../domain/policy/assert-policy.ts';
import type { AreaName } from '../../domain/policy/policy.ts';
import { readPolicy, type StoredPolicy } from '../../domain/policy/stored-policy.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { type Simulation, simulate, whoCounts } from './simulate-store.ts';

/**
 * Whom a policy would refuse, before it is made: active users that may enter the area and could not log in with their
 * right password and the factors that they have. Changes nothing. Throws 400 as the change itself would.
 */
export async function simulateArea(
  deps: Pick<Deps, 'db' | 'providers' | 'policies' | 'preset' | 'rollout'>,
  area: AreaName,
  policy: StoredPolicy,
  page: { readonly cursor: string; readonly limit: number },
): Promise<Simulation> {
  assertPolicy(area, policy, [...deps.providers.keys()]);
  const after = whoCounts(deps, readPolicy(deps.preset[area], policy));
  const before = whoCounts(deps, deps.policies[area]);
  return simulate(deps.db, { after, before, rollout: deps.rollout, page, now: new Date() });
}
