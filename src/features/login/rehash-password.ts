import type { Deps } from '../../platform/kernel/deps.ts';
import { replacePasswordHash } from '../users/user-store.ts';

/**
 * Brings a hash up to the parameters of today, at the one moment when the password is at hand (OWASP Password Storage). It is
 * the same password, so nothing else changes.
 */
export async function rehashPassword(
  deps: Pick<Deps, 'db' | 'hasher'>,
  user: { readonly id: string; readonly passwordHash: string | null; readonly securityVersion: number },
  password: string,
  network: string,
): Promise<void> {
  const { id, passwordHash: old, securityVersion } = user;
  if (old === null || !deps.hasher.needsRehash(old)) return;
  const fresh = await deps.hasher.hash(password, network).catch(() => null);
  if (fresh === null) return; // too busy just now; the next login tries again
  await replacePasswordHash(deps.db, { id, passwordHash: old, securityVersion }, fresh);
}
