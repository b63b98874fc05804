import type { AuditEvent } from '../../domain/audit/events.ts';
import { invalidPassword } from '../../domain/sessions/login-problems.ts';
import { type ClientInfo, networkOf } from '../../lib/client-info.ts';
import { tooManyAttempts } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { reserveOwnPassword, resetOwnPassword } from '../throttling/own-password-store.ts';
import { recordWrongPassword, throttleKey } from '../throttling/password-throttle-store.ts';
import { compareReserved, reserveInTurn } from '../throttling/reserve-in-turn.ts';

/**
 * Asks a signed-in user for the password once more. Paid from the same budget as a login, so that a stolen session is
 * no place to guess it. Throws 401 invalid-password or 429.
 */
export async function assertOwnPassword(
  deps: Pick<Deps, 'db' | 'hasher'>,
  user: { readonly id: string; readonly username: string; readonly passwordHash: string | null },
  password: string,
  about: Pick<AuditEvent, 'area' | 'sessionId'>,
  origin: ClientInfo,
  now: Date,
  type: AuditEvent['type'] = 'authn_login_fail',
): Promise<void> {
  const throttle = throttleKey(user.username, networkOf(origin.ip));
  const paid = await reserveInTurn(throttle, (when) => reserveOwnPassword(deps.db, throttle, when));
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
  if (!(await compareReserved(deps, throttle, user.passwordHash, password))) {
    const event = {
      type,
      outcome: 'failure',
      method: 'password',
      userId: user.id,
      ...about,
    } as const;
    await recordWrongPassword(deps.db, throttle, event, origin, now);
    throw invalidPassword({ detail: 'Invalid password' });
  }
  await resetOwnPassword(deps.db, throttle, now);
}

/**
 * Brings a hash up to the parameters of today, at the one moment when the password is at hand (OWASP Password Storage). It is
 * the same password, so nothing else changes; where another was set meanwhile, that one stays.
 */
export async function rehashPassword(
  deps: Pick<Deps, 'db' | 'hasher'>,
  user: { readonly id: string; readonly passwordHash: string | null; readonly securityVersion: number },
  password: string,
  network: string,
): Promise<void> {
  const old = user.passwordHash;
  if (old === null || !deps.hasher.needsRehash(old)) return;
  const passwordHash = await deps.hasher.hash(password, network).catch(() => null);
  if (passwordHash === null) return; // too busy just now; the next login tries again
  await deps.db
    .updateTable('users')
    .set({ passwordHash })
    .where('id', '=', user.id)
    .where('passwordHash', '=', old)
    .where('securityVersion', '=', user.securityVersion)
    .execute();
}
