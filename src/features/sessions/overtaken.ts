import type { AreaName } from '../../domain/policy/policy.ts';
import { invalidCredentials } from '../../domain/sessions/login-problems.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { Basis } from './held-user-store.ts';

/** The basis of a login's grants: the user's security version as the login read it. */
export function basisOf(user: { readonly id: string; readonly securityVersion: number }): Basis {
  return { userId: user.id, securityVersion: user.securityVersion };
}

/**
 * Refuses a login because the account changed while the service checked the password. The answer is that of a wrong
 * password, 401 invalid-credentials. The attempt stays counted.
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
