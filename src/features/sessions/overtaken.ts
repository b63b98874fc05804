import type { AreaName } from '../../domain/policy/policy.ts';
import { invalidCredentials } from '../../domain/sessions/login-problems.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { Basis } from './held-user-store.ts';

/** A user as a login has read them: what it grants is granted on that. */
export function basisOf(user: { readonly id: string; readonly securityVersion: number }): Basis {
  return { userId: user.id, securityVersion: user.securityVersion };
}

/**
 * The account was changed while the password was being looked at: what was right is right no more. The answer is that of a
 * wrong password, and the guess stays paid.
 */
export async function refuseOvertaken(
  deps: Pick<Deps, 'db'>,
  ctx: AuditContext,
  user: { readonly id: string },
  area: AreaName,
): Promise<never> {
  const detail = { reason: 'account changed meanwhile' };
  const about = { userId: user.id, area, method: 'password', detail };
  await writeAudit(deps.db, ctx, { type: 'authn_login_fail', outcome: 'failure', ...about });
  throw invalidCredentials({ detail: 'Invalid credentials' });
}
