import type { Deps } from '../deps.ts';
import { findArea } from './area-store.ts';
import type { AreaName } from './core/policy.ts';
import { storedPolicy } from './core/stored-policy.ts';

/** The policy of an area, the one that is tried beside it, and who changed it last. */
export async function readArea({ db }: Pick<Deps, 'db'>, area: AreaName) {
  const { policy, trial, ...row } = await findArea(db, area);
  return { ...row, policy: storedPolicy.parse(policy), trial: trial && storedPolicy.parse(trial) };
}
