import { actorFields, type JustifiedAction, justificationDetail } from '../../domain/users/actor.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import type { Permitted } from '../approvals/assert-approved.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { noticeAddressesOf, telephonesOf } from '../mfa/notify-owner.ts';
import { cancelPendingLogins } from '../mfa/pending-login-store.ts';
import { notifyUser } from '../notices/notify-user.ts';
import { earlierPasswords } from '../passwords/check-new-password.ts';
import { sendPasswordLink } from '../passwords/send-password-link.ts';
import { endSessions } from '../sessions/session-store.ts';
import { accountDisabled, noMailAddress } from '../users/user-faults.ts';
import { savePassword } from '../users/user-store.ts';
import { actOnUser } from './act-on-user.ts';

const noMail =
  'This service has no mail server, so no link can be sent: set SMTP_URL. Disable the account to lock it now.';

/**
 * Makes a user's password useless, perhaps because somebody else knows it. Mails the user the link to set another
 * (PW-6, PW-9). The user cannot set the old one again. Ends every session. Throws 403 or 404. Throws 409 if the user
 * has no mail address or is disabled, or if the service has no mail server.
 */
export async function withdrawPassword(
  deps: Pick<
    Deps,
    | 'db'
    | 'vault'
    | 'letterhead'
    | 'providers'
    | 'sessions'
    | 'passwordRules'
    | 'portalUrl'
    | 'linkMails'
    | 'sendsMail'
    | 'helpRequires'
  >,
  ctx: AuditContext,
  { by, userId, cause, permit }: JustifiedAction & Permitted,
): Promise<void> {
  await actOnUser(deps, ctx, {
    by,
    userId,
    ruled: { action: 'password_reset', permit },
    needs: { requires: deps.helpRequires, use: 'password_reset', evidence: cause.evidence },
    work: async (tx, user, evidence) => {
      const { id, email } = user;
      if (email === null) throw noMailAddress();
      if (!deps.sendsMail) throw conflict({ detail: noMail, reason: 'no_mail_server' });
      if (user.status !== 'active') throw accountDisabled();
      const nothing = { passwordHash: null, passwordHistory: earlierPasswords(deps, user) };
      if (!(await savePassword(tx, { user, hashes: nothing, byMail: false, now: ctx.now }))) throw conflict();
      await cancelPendingLogins(tx, { userId: id });
      await endSessions(tx, { userId: id }, ctx.now);
      await sendPasswordLink(deps, { tx, user: { ...user, email }, purpose: 'helpdesk', by, now: ctx.now });
      const detail = { ...justificationDetail(cause), ...evidence };
      const event = {
        type: 'password_reset_requested',
        outcome: 'success',
        userId,
        ...actorFields(by),
        detail,
      } as const;
      await writeAudit(tx, ctx, event);
      const factors = await listFactors(tx, id);
      const elsewhere = noticeAddressesOf(deps, factors).filter((address) => address !== email);
      const others = { ...user, email: null };
      const about = { labels: [cause.reason] };
      await notifyUser(tx, deps, ctx, {
        user: others,
        notice: 'password_withdrawn',
        about,
        alsoTo: elsewhere,
        telephones: telephonesOf(deps, factors),
      });
    },
  });
}
