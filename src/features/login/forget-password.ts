import { forgottenRules } from '../../domain/passwords/password-link.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { encryptMail, nobody } from '../notices/outbox-store.ts';
import { findForForgotten, recordForgotten } from '../passwords/password-link-store.ts';
import { newLink } from '../passwords/send-password-link.ts';
import { throttleKey } from '../throttling/password-throttle-store.ts';
import { storedName } from './log-in.ts';

/**
 * Sends a link to set a new password. An unknown or disabled user, or one without an address, costs the same two
 * statements. For such a user, the service writes a mail to `nobody`, which is never sent (OWASP ASVS 6.3.8). No
 * account is locked, and the present password stays valid.
 */
export async function forgetPassword(
  deps: Pick<Deps, 'db' | 'vault' | 'portalUrl' | 'linkMails' | 'letterhead'>,
  ctx: AuditContext,
  typed: string,
): Promise<void> {
  const username = storedName(typed);
  const user = await findForForgotten(deps.db, username);
  const to = user?.status === 'active' && user.email !== null ? { userId: user.id, email: user.email } : null;

  const { link, notice } = newLink(deps, {
    purpose: 'forgotten',
    user: { username, language: user?.language ?? null },
    invitedBy: null,
    now: ctx.now,
  });
  const mail = encryptMail(deps.vault, { to: to?.email ?? nobody, ...notice }, username);
  const event = {
    type: 'password_reset_requested',
    outcome: to ? 'success' : 'refused',
    userId: user?.id ?? null,
  } as const;
  const subject = `forgotten:${throttleKey(username, '').subject}`;
  await recordForgotten(deps.db, ctx, { subject, rules: forgottenRules, to, link, mail, event });
}
