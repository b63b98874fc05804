import { assertPolicy } from '../../domain/policy/assert-policy.ts';
import type { AreaName } from '../../domain/policy/policy.ts';
import { readPolicy, type StoredPolicy } from '../../domain/policy/stored-policy.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { type Simulation, type SimulationPage, simulate, whoCounts } from './simulate-store.ts';

/**
 * The users whom a policy would refuse, or would ask for more, before an administrator applies it. The refused are active
 * users who may enter the area, but could not log in with the right password and their present factors. Changes nothing.
 * Throws 400 as `changeArea` does.
 */
export async function simulateArea(
  deps: Pick<Deps, 'db' | 'providers' | 'policies' | 'preset' | 'rollout'>,
  area: AreaName,
  policy: StoredPolicy,
  page: SimulationPage,
): Promise<Simulation> {
  assertPolicy(area, policy, [...deps.providers.keys()]);
  const after = whoCounts(deps, readPolicy(deps.preset[area], policy));
  const before = whoCounts(deps, deps.policies[area]);
  return simulate(deps.db, { area, after, before, rollout: deps.rollout, page, now: new Date() });
}
