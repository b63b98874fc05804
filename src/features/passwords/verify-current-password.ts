import { writeAudit } from '../audit/audit-store.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { networkOf, type Origin } from '../../lib/client-info.ts';
import { tooManyAttempts } from '../../lib/problem.ts';
import { invalidPassword } from '../../domain/sessions/login-problems.ts';
import { recordWrongPassword } from '../login/login-store.ts';
import { guessOf } from '../throttling/password-throttle-store.ts';
import { clearOwnPassword, payForOwnPassword } from '../throttling/own-password-store.ts';
import { comparePaid, payInTurn } from '../throttling/pay-in-turn.ts';

/**
 * Asks a signed-in user for the password once more. Paid from the same budget as a login, so that a stolen session is
 * no place to guess it. Throws 401 invalid-password or 429.
 */
export async function assertOwnPassword(
  deps: Pick<Deps, 'db' | 'hasher'>,
  user: { readonly id: string; readonly username: string; readonly passwordHash: string | null },
  password: string,
  about: Pick<AuditEvent, 'area' | 'sessionId'>,
  origin: Origin,
  now: Date,
  type: AuditEvent['type'] = 'authn_login_fail',
): Promise<void> {
  const guess = guessOf(user.username, networkOf(origin.ip));
  const paid = await payInTurn(guess, (when) => payForOwnPassword(deps.db, guess, when));
  if (!paid.admitted) {
    const event = {
      type: 'excess_rate_limit_exceeded',
      outcome: 'refused',
      userId: user.id,
      ...about,
    } as const;
    await writeAudit(deps.db, event, origin, now);
    throw tooManyAttempts('password', {
      detail: 'Too many wrong passwords. Wait, then try again.',
      retry_after: paid.retryAfterSeconds,
    });
  }
  if (!(await comparePaid(deps, guess, user.passwordHash, password))) {
    const event = {
      type,
      outcome: 'failure',
      method: 'password',
      userId: user.id,
      ...about,
    } as const;
    await recordWrongPassword(deps.db, guess, event, origin, now);
    throw invalidPassword({ detail: 'Invalid password' });
  }
  await clearOwnPassword(deps.db, guess, now);
}
