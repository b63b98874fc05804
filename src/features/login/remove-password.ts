import { inTransaction } from '../../../db/in-transaction.ts';
import { isReauthenticated, reauthMaxAgeSeconds } from '../../domain/mfa/reauthentication.ts';
import { admitsRoles, takesPasskey } from '../../domain/policy/policy.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endDevices } from '../devices/device-store.ts';
import { findUserWithFactors, listFactors } from '../mfa/factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { canGoWithoutPassword } from '../mfa/passkeys-owned.ts';
import { cancelPendingLogins } from '../mfa/pending-login-store.ts';
import { stepUpRequired } from '../mfa/require-reauthentication.ts';
import { earlierPasswords } from '../passwords/check-new-password.ts';
import { deleteLinks } from '../passwords/password-link-store.ts';
import { holdUser } from '../sessions/held-user-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { savePassword } from '../users/user-store.ts';

/**
 * Removes the password of an account that has enough passkeys. The caller must just have shown one. The old password
 * stays forbidden. Links, trusted devices, pending logins and all other sessions end. Throws 403 mfa-token-required, or
 * 409 conflict if the owner would be locked out.
 */
export async function removePassword(
  deps: Deps,
  ctx: RequestContext,
  principal: SessionPrincipal,
): Promise<void> {
  const { session } = principal;
  if (!isReauthenticated(principal, 'phr', ctx.now)) {
    const about = { userId: session.userId, area: session.area, sessionId: session.id };
    const detail = { reason: 'mfa-token-required' };
    await writeAudit(deps.db, ctx, { type: 'authz_fail', outcome: 'refused', ...about, detail });
    throw stepUpRequired('phr', 'Step up with a passkey first.', reauthMaxAgeSeconds);
  }
  const found = await findUserWithFactors(deps.db, session.userId);
  if (!found) throw invalidToken();
  const { user } = found;
  if (user.passwordless) return;

  const provider = [...deps.providers.values()].find(({ passkey }) => passkey);
  const opens = Object.values(ctx.policies).some(
    (policy) => admitsRoles(policy, user.roles) && provider && takesPasskey(policy, provider),
  );
  if (!opens) throw conflict({ detail: 'No area of yours takes a passkey alone.', reason: 'passkeys_off' });

  await inTransaction(deps.db, async (tx) => {
    const basis = { userId: user.id, securityVersion: user.securityVersion, sessionId: session.id };
    if (!(await holdUser(tx, basis))) throw conflict();
    const factors = await listFactors(tx, user.id);
    if (!canGoWithoutPassword(deps, factors))
      throw conflict({
        detail: 'You need two passkeys, or one and recovery codes.',
        reason: 'too_few_passkeys',
      });
    const hashes = { passwordHash: null, passwordHistory: earlierPasswords(deps, user) };
    if (!(await savePassword(tx, { user, hashes, byMail: false, passwordless: true, now: ctx.now })))
      throw conflict();
    await deleteLinks(tx, user.id);
    await cancelPendingLogins(tx, { userId: user.id });
    await endSessions(tx, { userId: user.id, except: session.id }, ctx.now);
    await endDevices(tx, { userId: user.id }, ctx.now);
    const about = { userId: user.id, area: session.area, sessionId: session.id };
    await writeAudit(tx, ctx, { type: 'password_removed', outcome: 'success', ...about });
    await notifyOwner(tx, deps, ctx, { user, factors, notice: 'password_removed' });
  });
  deps.sessions.forgetUser(user.id);
}
