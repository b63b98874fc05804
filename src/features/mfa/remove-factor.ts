import type { Deps } from '../../platform/kernel/deps.ts';
import type { Bearer } from '../../domain/sessions/principal.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { Origin } from '../../lib/client-info.ts';
import { notFound } from '../../lib/problem.ts';
import { assertMayChange, type Evidence } from './require-reauthentication.ts';
import { findUserWithFactors } from './factor-store.ts';
import { removeFactors } from './remove-factors.ts';

/** Removes one of a user's own factors. What is not theirs is not found, before any code is spent. */
export async function removeFactor(
  deps: Deps,
  bearer: Bearer,
  factorId: string,
  evidence: Evidence,
  origin: Origin,
): Promise<void> {
  const now = new Date();
  const found = await findUserWithFactors(deps.db, bearer.session.userId);
  if (!found) throw invalidToken();
  const isTheirs = found.factors.some(({ id, isBackup }) => id === factorId && !isBackup);
  if (!isTheirs) throw notFound({ detail: 'You have no such factor.' });
  await assertMayChange(deps, bearer, { ...found.user, factors: found.factors }, evidence, origin, now);
  const removal = { factorId, event: 'mfa_factor_removed', notice: 'factor_removed' } as const;
  await removeFactors(deps, bearer.session, found.user, removal, origin, now);
}
