import { noticeThresholds } from '../../domain/notices/notice-thresholds.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { noticeAddressesOf } from '../mfa/notice-addresses.ts';
import { encryptNotices } from '../notices/notify-user.ts';
import type { EncryptedMail } from '../notices/outbox-store.ts';
import type { PasswordVerified } from './login-outcome.ts';

/** What is told of a login by password alone: that it succeeded after failures (LG-9). */
export function loginNotices(
  deps: Pick<Deps, 'vault' | 'providers'>,
  { user, factors, wrongBefore }: PasswordVerified,
  origin: ClientInfo,
  now: Date,
): readonly EncryptedMail[] {
  if (wrongBefore < noticeThresholds.wrongPasswords) return [];
  const { username, email } = user;
  const addresses = [...(email ? [email] : []), ...noticeAddressesOf(deps, factors)];
  const about = { words: `${wrongBefore} wrong passwords before it` };
  const notice = { notice: 'login_after_failures', username, about, at: now } as const;
  return encryptNotices(deps.vault, addresses, notice, origin);
}
