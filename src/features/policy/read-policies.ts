import type { Deps } from '../../platform/kernel/deps.ts';
import { findArea } from './area-store.ts';
import type { AreaName } from '../../domain/policy/policy.ts';
import { readStored } from '../../domain/policy/stored-policy.ts';

/** The policy of an area, the one that is tried beside it, and who changed it last. */
export async function readArea({ db, preset }: Pick<Deps, 'db' | 'preset'>, area: AreaName) {
  const { policy, trial, ...row } = await findArea(db, area);
  const read = (stored: unknown) => readStored(preset[area], stored);
  return { ...row, policy: read(policy), trial: trial && read(trial) };
}
