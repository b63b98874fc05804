import { mayEnter } from '../../domain/policy/policy.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { Enroller } from '../../domain/sessions/principal.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { FactorRow } from './factor-store.ts';

/**
 * An enrolment token is for the first factor, and dies with any change of the account: the first factor itself, another
 * password, other roles, a helpdesk that logs its owner out. It does not come back when the factors go.
 */
export function assertStillEnrolling(
  { policies }: Pick<Deps, 'policies'>,
  by: Enroller,
  user: {
    readonly status: string;
    readonly roles: readonly string[];
    readonly securityVersion: number;
  },
  factors: readonly FactorRow[],
): void {
  const unchanged = by.securityVersion === user.securityVersion;
  const none = !factors.some(({ isBackup }) => !isBackup);
  const mayStill = user.status === 'active' && mayEnter(policies[by.area], user.roles);
  if (!unchanged || !none || !mayStill) throw enrolmentOver();
}

export function enrolmentOver() {
  return invalidToken({ detail: 'This enrolment token is over. Log in again.' });
}
