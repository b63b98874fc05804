import type { Deps } from '../../platform/kernel/deps.ts';
import { passwordReused } from '../../domain/passwords/password-problems.ts';

/** The hashes that a new password is held against, the last one first: that one always, more where policy says so. */
export function earlierPasswords(
  { passwordRules }: Pick<Deps, 'passwordRules'>,
  user: { readonly passwordHash: string | null; readonly passwordHistory: readonly string[] },
): readonly string[] {
  const all = [...(user.passwordHash ? [user.passwordHash] : []), ...user.passwordHistory];
  return all.slice(0, Math.max(1, passwordRules.history));
}

/** Throws 422. */
export async function assertNotReused(
  { hasher }: Pick<Deps, 'hasher'>,
  next: string,
  earlier: readonly string[],
  network: string,
): Promise<void> {
  for (const hash of earlier) {
    if (await hasher.verify(hash, next, network)) throw passwordReused(earlier.length);
  }
}
