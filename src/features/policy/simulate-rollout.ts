import type { Deps } from '../../platform/kernel/deps.ts';
import { nextRollout, type RolloutChange } from './change-rollout.ts';
import { findRollout } from './rollout-store.ts';
import { findShutOut, type ShutOut } from './shut-out-store.ts';

/**
 * The users whom a change of the rollout would shut out, at once and later. Changes nothing. Throws 400 as
 * `nextRollout` does.
 */
export async function simulateRollout(
  { db, policies }: Pick<Deps, 'db' | 'policies'>,
  change: Omit<RolloutChange, 'confirmShutOut'>,
  page: { readonly cursor: string; readonly limit: number },
): Promise<ShutOut> {
  const now = new Date();
  const before = await findRollout(db);
  return findShutOut(db, { policies, before, after: nextRollout(before, change, now) }, page, now);
}
