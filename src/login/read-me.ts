import type { Deps } from '../deps.ts';
import { mfaStatus } from '../mfa/mfa-status.ts';
import { masked } from '../mfa/providers/sms.ts';
import { findAccount } from '../users/account-store.ts';
import { maskAddress } from '../users/mail-address.ts';
import type { Bearer } from './core/bearer.ts';
import { invalidToken } from './core/login-problems.ts';

/**
 * What users may read of their own account beside the session. Address and number are masked as hints are, for a password
 * alone opens this. Two round trips. Throws 401 where the account is gone.
 */
export async function readMe(
  deps: Pick<Deps, 'db' | 'vault' | 'providers' | 'policies' | 'rollout'>,
  bearer: Bearer,
) {
  const account = await findAccount(deps.db, bearer.session.userId);
  if (!account) throw invalidToken({ detail: 'There is no such account any more.' });
  const { email, phone, createdAt, lastLogin } = account;
  return {
    email: email === null ? null : maskAddress(email),
    phone: phone === null ? null : masked(phone),
    createdAt,
    lastLogin,
    mfa: await mfaStatus(deps, bearer),
  };
}
