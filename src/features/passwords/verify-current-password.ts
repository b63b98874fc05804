import type { AuditEvent } from '../../domain/audit/events.ts';
import { invalidPassword } from '../../domain/sessions/login-problems.ts';
import { networkOf } from '../../lib/client-info.ts';
import { tooManyAttempts } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { reserveOwnPassword, resetOwnPassword } from '../throttling/own-password-store.ts';
import { recordWrongPassword, throttleKey } from '../throttling/password-throttle-store.ts';
import { compareReserved, reserveInTurn } from '../throttling/reserve-in-turn.ts';

/**
 * Asks a signed-in user for the password again. The attempt counts against the same budget as a login. Otherwise, an
 * attacker with a stolen session could try passwords without that limit. Throws 401 invalid-password or 429
 * too-many-attempts.
 */
export async function assertOwnPassword(
  deps: Pick<Deps, 'db' | 'hasher' | 'passwordLimits'>,
  ctx: AuditContext,
  {
    user,
    password,
    about,
    type = 'authn_login_fail',
  }: {
    readonly user: { readonly id: string; readonly username: string; readonly passwordHash: string | null };
    readonly password: string;
    readonly about: Pick<AuditEvent, 'area' | 'sessionId'>;
    readonly type?: AuditEvent['type'] | undefined;
  },
): Promise<void> {
  const key = throttleKey(user.username, networkOf(ctx.client.ip));
  const throttle = { ...key, limits: deps.passwordLimits };
  const reservation = await reserveInTurn(throttle, (when) => reserveOwnPassword(deps.db, throttle, when));
  if (!reservation.admitted) {
    const event = {
      type: 'excess_rate_limit_exceeded',
      outcome: 'refused',
      userId: user.id,
      ...about,
    } as const;
    await writeAudit(deps.db, ctx, event);
    throw tooManyAttempts('password', {
      detail: 'Too many wrong passwords. Wait, then try again.',
      retry_after: reservation.retryAfterSeconds,
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
    await recordWrongPassword(deps.db, ctx, throttle, event);
    throw invalidPassword({ detail: 'Invalid password' });
  }
  await resetOwnPassword(deps.db, throttle, ctx.now);
}
