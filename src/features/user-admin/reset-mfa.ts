import { actorFields, type JustifiedAction, justificationDetail } from '../../domain/users/actor.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import type { Permitted } from '../approvals/assert-approved.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { unbindFactors } from '../mfa/former-factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { cancelPendingLogins } from '../mfa/pending-login-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { clearThrottle } from '../throttling/throttle-store.ts';
import { saveMfaReset } from '../users/account-store.ts';
import { markFactorsChanged } from '../users/security-store.ts';
import { actOnUser } from './act-on-user.ts';

/**
 * Removes all factors of a user who has lost them, with recovery and bypass codes, and ends every session. Until the
 * user confirms a new factor, a login into any area permits only enrolment (OWASP ASVS 6.4.4). Clears wrong attempts,
 * so that the user can confirm the new factor at once. Throws 403 or 404.
 */
export async function resetMfa(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'sessions' | 'helpRequires'>,
  ctx: AuditContext,
  { by, userId, cause, permit }: JustifiedAction & Permitted,
): Promise<void> {
  await actOnUser(deps, ctx, {
    by,
    userId,
    ruled: { action: 'mfa_reset', permit },
    needs: { requires: deps.helpRequires, use: 'mfa_reset', evidence: cause.evidence },
    work: async (tx, user, evidence) => {
      const factors = await listFactors(tx, userId);
      await cancelPendingLogins(tx, { userId }); // before the factors: the order in which a pass locks them
      await unbindFactors(tx, userId, 'all', { cause: 'reset', by: by?.userId ?? null, at: ctx.now });
      await markFactorsChanged(tx, userId, ctx.now);
      await saveMfaReset(tx, userId, ctx.now);
      await clearThrottle(tx, userId, ctx.now);
      await endSessions(tx, { userId }, ctx.now);
      const about = { userId, ...actorFields(by), detail: { ...justificationDetail(cause), ...evidence } };
      await writeAudit(tx, ctx, { type: 'mfa_reset', outcome: 'success', ...about });
      await notifyOwner(tx, deps, ctx, { user, factors, notice: 'mfa_reset' });
    },
  });
}
