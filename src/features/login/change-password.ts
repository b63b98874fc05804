import { inTransaction } from '../../../db/in-transaction.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { networkOf } from '../../lib/client-info.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { cancelPendingLogins } from '../mfa/pending-login-store.ts';
import { requireReauthentication, type StepUpCredential } from '../mfa/require-reauthentication.ts';
import {
  assertNewPassword,
  assertNotReused,
  earlierPasswords,
  hashNewPassword,
} from '../passwords/check-new-password.ts';
import { assertOwnPassword } from '../passwords/verify-current-password.ts';
import { holdUser } from '../sessions/held-user-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { findPassword, savePassword } from '../users/user-store.ts';

export type PasswordChange = { readonly current: string; readonly next: string };

/**
 * Asks for the present password, and for a fresh factor if the user has one. Ends every other session. Cancels the temp
 * tokens and enrolment tokens that were granted by the old password.
 */
export async function changePassword(
  deps: Deps,
  ctx: AuditContext,
  {
    principal,
    input: { current, next },
    credential,
  }: {
    readonly principal: SessionPrincipal;
    readonly input: PasswordChange;
    readonly credential: StepUpCredential;
  },
): Promise<void> {
  const { session } = principal;
  const user = await findPassword(deps.db, session.userId);
  if (!user) throw invalidToken();
  const about = { area: session.area, sessionId: session.id };
  await assertOwnPassword(deps, ctx, { user, password: current, about, type: 'authn_password_change_fail' });

  assertNewPassword(deps, user, next);
  const kept = earlierPasswords(deps, user);
  await assertNotReused(deps, next, kept, networkOf(ctx.client.ip));
  const factors = await listFactors(deps.db, user.id);
  // last, so that a refused password uses up no code
  await requireReauthentication(deps, ctx, { principal, input: { ...user, factors }, credential });

  const hashes = await hashNewPassword(deps, next, kept, networkOf(ctx.client.ip));
  await inTransaction(deps.db, async (tx) => {
    const basis = { userId: user.id, securityVersion: user.securityVersion, sessionId: session.id };
    if (!(await holdUser(tx, basis))) throw conflict();
    if (!(await savePassword(tx, { user, hashes, byMail: false, now: ctx.now }))) throw conflict();
    await cancelPendingLogins(tx, { userId: user.id });
    await endSessions(tx, { userId: user.id, except: session.id }, ctx.now);
    const event = { type: 'authn_password_change', outcome: 'success', userId: user.id, ...about } as const;
    await writeAudit(tx, ctx, event);
    await notifyOwner(tx, deps, ctx, { user, factors, notice: 'password_changed' });
  });
  deps.sessions.forgetUser(user.id);
}
