import type { Deps } from '../../platform/kernel/deps.ts';
import type { LoginUser } from '../login/login-store.ts';

/**
 * Brings a hash up to the parameters of today, at the one moment when the password is at hand (OWASP Password Storage). It is
 * the same password, so nothing else changes; where another was set meanwhile, that one stays.
 */
export async function rehashPassword(
  deps: Pick<Deps, 'db' | 'hasher'>,
  user: LoginUser,
  password: string,
  network: string,
): Promise<void> {
  const old = user.passwordHash;
  if (old === null || !deps.hasher.needsRehash(old)) return;
  const passwordHash = await deps.hasher.hash(password, network).catch(() => null);
  if (passwordHash === null) return; // too busy just now; the next login tries again
  await deps.db
    .updateTable('users')
    .set({ passwordHash })
    .where('id', '=', user.id)
    .where('passwordHash', '=', old)
    .where('securityVersion', '=', user.securityVersion)
    .execute();
}
