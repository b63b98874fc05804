import { inTransaction } from '../../../db/in-transaction.ts';
import type { Language } from '../../domain/notices/texts/catalogue.ts';
import { networkOf } from '../../lib/client-info.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import { conflict, invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { cancelPendingLogins } from '../mfa/pending-login-store.ts';
import { redeemRecoveryCode } from '../mfa/redeem-recovery-code.ts';
import {
  assertNewPassword,
  assertNotReused,
  earlierPasswords,
  hashNewPassword,
} from '../passwords/check-new-password.ts';
import { redeemLink } from '../passwords/password-link-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { clearFailures } from '../throttling/password-throttle-store.ts';
import { changeLanguage } from '../users/change-language.ts';
import { lockUser, savePassword } from '../users/user-store.ts';
import { linkOver, needsRecoveryCode, readPasswordLink } from './read-password-link.ts';

type NewPassword = {
  readonly token: string;
  readonly next: string;
  /** Of the page on which the user typed it. Undefined: the user's language stays as it is. */
  readonly language?: Language | undefined;
  readonly recoveryCode?: string | undefined;
};

/**
 * Sets a first or new password by the link of a mail. Logs nobody in. The second factor and its locks stay as they are
 * (OWASP ASVS 6.4.3). Every session ends. If the password is refused (422), the link stays valid. Throws 401
 * invalid-token, the same for a link that was used, has expired or never existed.
 *
 * An account without a password comes back by two proofs: the mailbox and a recovery code. A link that the helpdesk has
 * sent needs no code, because the helpdesk has checked who asked. Throws 400 without the code, 403 or 429.
 */
export async function resetPassword(
  deps: Pick<
    Deps,
    'db' | 'vault' | 'letterhead' | 'providers' | 'hasher' | 'passwordRules' | 'sessions' | 'metrics'
  >,
  ctx: AuditContext,
  { token, next, language, recoveryCode }: NewPassword,
): Promise<void> {
  const user = await readPasswordLink(deps, ctx, token);
  assertNewPassword(deps, user, next);
  const kept = earlierPasswords(deps, user);
  await assertNotReused(deps, next, kept, networkOf(ctx.client.ip));

  if (needsRecoveryCode(user)) {
    if (recoveryCode === undefined)
      throw invalidField('#/recovery_code', 'Required: this account has no password');
    await redeemRecoveryCode(deps, ctx, { userId: user.id, code: recoveryCode });
  }
  const hashes = await hashNewPassword(deps, next, kept, networkOf(ctx.client.ip));
  await inTransaction(deps.db, async (tx) => {
    await lockUser(tx, user.id);
    if (!(await redeemLink(tx, hashOf(token), ctx.now))) throw linkOver();
    if (!(await savePassword(tx, { user, hashes, byMail: true, now: ctx.now }))) throw conflict();
    await cancelPendingLogins(tx, { userId: user.id });
    await endSessions(tx, { userId: user.id }, ctx.now);
    await clearFailures(tx, user.username);
    await writeAudit(tx, ctx, { type: 'password_reset', outcome: 'success', userId: user.id });
    const notice = user.purpose === 'invitation' ? 'password_changed' : 'password_reset';
    if (language) await changeLanguage(tx, ctx, { userId: user.id, language });
    const reader = { ...user, ...(language && { language }) };
    await notifyOwner(tx, deps, ctx, { user: reader, factors: await listFactors(tx, user.id), notice });
  });
  deps.sessions.forgetUser(user.id);
}
