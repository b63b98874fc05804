import type { Deps } from '../../platform/kernel/deps.ts';
import type { Bearer } from '../../domain/sessions/principal.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import { assertOwnPassword } from '../passwords/verify-current-password.ts';
import type { Origin } from '../../lib/client-info.ts';
import { assertMayChange, type Evidence } from './require-reauthentication.ts';
import { findUserWithFactors } from './factor-store.ts';
import { removeFactors } from './remove-factors.ts';

/** Switches two-factor login off: every factor goes. Asks for the password and a fresh factor; the password first, so that a wrong one spends no code. */
export async function disableMfa(
  deps: Deps,
  bearer: Bearer,
  password: string,
  evidence: Evidence,
  origin: Origin,
): Promise<void> {
  const now = new Date();
  const { session } = bearer;
  const found = await findUserWithFactors(deps.db, session.userId);
  if (!found) throw invalidToken();
  const about = { area: session.area, sessionId: session.id };
  await assertOwnPassword(deps, found.user, password, about, origin, now);
  await assertMayChange(deps, bearer, { ...found.user, factors: found.factors }, evidence, origin, now);
  const removal = { factorId: null, event: 'mfa_disabled', notice: 'mfa_disabled' } as const;
  await removeFactors(deps, session, found.user, removal, origin, now);
}
