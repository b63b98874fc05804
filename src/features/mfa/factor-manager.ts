import { primaryFactors } from '../../domain/mfa/primary-factors.ts';
import { admitsRoles } from '../../domain/policy/policy.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { EnrolmentPrincipal, SessionPrincipal } from '../../domain/sessions/principal.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import type { FactorRow } from './factor-store.ts';

/** A user who changes factors, by a session or by an enrolment token. An enrolment token allows enrolment only. */
export type FactorManager = SessionPrincipal | EnrolmentPrincipal;

export function isEnrolmentPrincipal(by: FactorManager): by is EnrolmentPrincipal {
  return 'securityVersion' in by;
}

export function identityOf(by: FactorManager) {
  if (isEnrolmentPrincipal(by))
    return { userId: by.userId, area: by.area, authTime: by.authTime, sessionId: null };
  const { id, userId, area, authTime } = by.session;
  return { userId, area, authTime, sessionId: id };
}

/**
 * An enrolment token is for the first factor, or for the one that replaces lost factors in a recovery. Any change of the account ends it: the first factor itself, another
 * password, other roles, or a logout by the helpdesk. It stays invalid if the factors are removed later. Throws 401
 * invalid-token.
 */
export function assertStillEnrolling(
  { policies }: Pick<RequestContext, 'policies'>,
  by: EnrolmentPrincipal,
  user: {
    readonly status: string;
    readonly roles: readonly string[];
    readonly securityVersion: number;
  },
  factors: readonly FactorRow[],
): void {
  const unchanged = by.securityVersion === user.securityVersion;
  const none = by.recoveryId || primaryFactors(factors).length === 0;
  const mayStill = user.status === 'active' && admitsRoles(policies[by.area], user.roles);
  if (!unchanged || !none || !mayStill) throw enrolmentOver();
}

export function enrolmentOver() {
  return invalidToken({ detail: 'This enrolment token is no longer valid. Log in again.' });
}
