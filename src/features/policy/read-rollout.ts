import type { Deps } from '../../platform/kernel/deps.ts';
import { findRollout } from './rollout-store.ts';

/** The rollout as it is in the database. */
export async function readRollout({ db }: Pick<Deps, 'db'>) {
  return findRollout(db);
}
