import type { Deps } from '../deps.ts';
import { findArea } from './area-store.ts';
import type { AreaName } from './core/policy.ts';
import { readStored } from './core/stored-policy.ts';

/** The policy of an area, the one that is tried beside it, and who changed it last. */
export async function readArea({ db, preset }: Pick<Deps, 'db' | 'preset'>, area: AreaName) {
  const { policy, trial, ...row } = await findArea(db, area);
  const read = (stored: unknown) => readStored(preset[area], stored);
  return { ...row, policy: read(policy), trial: trial && read(trial) };
}
