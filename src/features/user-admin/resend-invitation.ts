import { actorFields, type JustifiedAction, justificationDetail } from '../../domain/users/actor.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { sendPasswordLink } from '../passwords/send-password-link.ts';
import { accountDisabled, noMailAddress } from '../users/user-faults.ts';
import { actOnUser } from './act-on-user.ts';

/**
 * Mails a new link to a user who has not set a password yet. The earlier link stops working. Throws 403 or 404. Throws
 * 409 if the user has or needs no password, has no mail address, or is disabled, or if the service has no mail server.
 */
export async function resendInvitation(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'sessions' | 'portalUrl' | 'linkMails' | 'sendsMail'>,
  ctx: AuditContext,
  { by, userId, cause }: JustifiedAction,
): Promise<void> {
  await actOnUser(deps, ctx, {
    by,
    userId,
    work: async (tx, user) => {
      const { email, awaitsPassword, status } = user;
      if (!awaitsPassword)
        throw conflict({ detail: 'This user has set a password already.', reason: 'password_set' });
      if (email === null) throw noMailAddress();
      if (status !== 'active') throw accountDisabled();
      if (!deps.sendsMail)
        throw conflict({
          detail: 'This service has no mail server, so no link can be sent: set SMTP_URL.',
          reason: 'no_mail_server',
        });
      await sendPasswordLink(deps, {
        tx,
        user: { ...user, email },
        purpose: 'invitation',
        by,
        now: ctx.now,
      });
      const detail = justificationDetail(cause);
      await writeAudit(tx, ctx, {
        type: 'user_invited',
        outcome: 'success',
        userId,
        ...actorFields(by),
        detail,
      });
    },
  });
}
