import { knownLanguage } from '../../domain/notices/texts/catalogue.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { maskAddress } from '../../domain/users/email-address.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { findAccount } from '../users/account-store.ts';
import { mfaStatus } from './mfa-status.ts';
import { masked } from './providers/sms.ts';

/**
 * What users may read of their own account beside the session. Address and number are masked like hints, because a
 * login by password alone may read this. Takes two round trips. Throws 401 if the account is gone.
 */
export async function readMe(
  deps: Pick<Deps, 'db' | 'vault' | 'providers'>,
  ctx: RequestContext,
  principal: SessionPrincipal,
) {
  const account = await findAccount(deps.db, principal.session.userId);
  if (!account) throw invalidToken({ detail: 'This account no longer exists.' });
  const { email, phone, language, createdAt, lastLogin } = account;
  return {
    email: email === null ? null : maskAddress(email),
    phone: phone === null ? null : masked(phone),
    language: knownLanguage(language),
    createdAt,
    lastLogin,
    mfa: await mfaStatus(deps, ctx, principal),
  };
}
