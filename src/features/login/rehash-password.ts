import type { Deps } from '../../platform/kernel/deps.ts';
import { replacePasswordHash } from '../users/user-store.ts';

/**
 * Brings a hash to the present parameters. Only a login has the password for that (OWASP Password Storage). The
 * password stays the same, so nothing else changes.
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
  if (fresh === null) return; // the hasher is busy; the next login tries again
  await replacePasswordHash(deps.db, { id, passwordHash: old, securityVersion }, fresh);
}
