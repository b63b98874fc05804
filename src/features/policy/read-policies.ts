import type { AreaName } from '../../domain/policy/policy.ts';
import { readStored } from '../../domain/policy/stored-policy.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { findArea } from './area-store.ts';
import { findRollout } from './rollout-store.ts';

/** The policy of an area, its report-only policy, and the administrator who changed the area last. */
export async function readArea({ db, preset }: Pick<Deps, 'db' | 'preset'>, area: AreaName) {
  const { policy, trial: reportOnly, ...row } = await findArea(db, area);
  const read = (stored: unknown) => readStored(preset[area], stored);
  return { ...row, policy: read(policy), reportOnly: reportOnly && read(reportOnly) };
}

/** Reads the database, not the copy that this instance keeps. */
export async function readRollout({ db }: Pick<Deps, 'db'>) {
  return findRollout(db);
}
