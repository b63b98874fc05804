import { writeLinkNotice } from '../../domain/notices/password-link-notices.ts';
import { recoveryLinkSeconds, recoveryMailRules } from '../../domain/recovery/recovery-rule.ts';
import { hashOf, newSecretToken } from '../../lib/crypto/secret-token.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { encryptMail, nobody } from '../notices/outbox-store.ts';
import { throttleKey } from '../throttling/password-throttle-store.ts';
import { findAccountRule } from './find-account-rule.ts';
import { findToRecover, recordRequest } from './recovery-store.ts';

/**
 * Mails a link that begins a recovery. An unknown or disabled user, one without an address or a factor, and one whom no
 * policy lets recover cost the same statements. For such a user, the service writes a mail to `nobody`, which is never
 * sent (OWASP ASVS 6.3.8). The link changes nothing, and proves nothing: see begin-recovery.ts.
 */
export async function requestRecovery(
  deps: Pick<Deps, 'db' | 'vault' | 'portalUrl' | 'letterhead'>,
  ctx: RequestContext,
  username: string,
): Promise<void> {
  const user = await findToRecover(deps.db, username);
  const rule = await findAccountRule(deps.db, ctx, user?.roles ?? []);
  const fits = user?.status === 'active' && user.enrolled && rule !== null;
  const to = fits && user.email !== null ? { userId: user.id, email: user.email } : null;

  const token = newSecretToken();
  const expiresAt = new Date(ctx.now.getTime() + recoveryLinkSeconds * 1000);
  const notice = writeLinkNotice(deps.letterhead, {
    purpose: 'recovery',
    user: { username, language: user?.language ?? null },
    pageUrl: `${deps.portalUrl}/recover`,
    token,
    lifeSeconds: recoveryLinkSeconds,
    invitedBy: null,
  });
  const mail = encryptMail(deps.vault, { to: to?.email ?? nobody, ...notice }, username);
  const event = {
    type: 'recovery_requested',
    outcome: to ? 'success' : 'refused',
    userId: user?.id ?? null,
  } as const;
  await recordRequest(deps.db, ctx, {
    subject: `recovery:${throttleKey(username, '').subject}`,
    rules: recoveryMailRules,
    to,
    link: { tokenHash: hashOf(token), expiresAt },
    mail,
    event,
  });
}
