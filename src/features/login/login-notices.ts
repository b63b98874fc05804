import { worthTelling } from '../../domain/notices/notice-thresholds.ts';
import type { Origin } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { mailAddressesOf } from '../mfa/notice-addresses.ts';
import { sealLetters } from '../notices/notify-user.ts';
import type { Sealed } from '../notices/outbox-store.ts';
import type { Right } from './login-outcome.ts';

/** What is told of a login by password alone: that it succeeded after failures (LG-9). */
export function lettersOfLogin(
  deps: Pick<Deps, 'vault' | 'providers'>,
  { user, factors, wrongBefore }: Right,
  origin: Origin,
  now: Date,
): readonly Sealed[] {
  if (wrongBefore < worthTelling.wrongPasswords) return [];
  const { username, email } = user;
  const addresses = [...(email ? [email] : []), ...mailAddressesOf(deps, factors)];
  const about = { words: `${wrongBefore} wrong passwords before it` };
  const letter = { notice: 'login_after_failures', username, about, at: now } as const;
  return sealLetters(deps.vault, addresses, letter, origin);
}
