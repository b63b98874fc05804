import { mayEnter } from '../areas/core/policy.ts';
import type { Deps } from '../deps.ts';
import { invalidToken } from '../login/core/login-problems.ts';
import type { Changer } from './changer.ts';
import type { FactorRow } from './factor-store.ts';

/**
 * An enrolment token is for the first factor, and dies with it, with the password that it was given for and with the
 * roles that opened its area. It does not come back when the factors go.
 */
export function assertStillEnrolling(
  { policies }: Pick<Deps, 'policies'>,
  by: Extract<Changer, { passwordChangedAt: Date }>,
  user: {
    readonly status: string;
    readonly roles: readonly string[];
    readonly passwordChangedAt: Date;
    readonly factorsChangedAt: Date | null;
  },
  factors: readonly FactorRow[],
): void {
  const samePassword = by.passwordChangedAt.getTime() === user.passwordChangedAt.getTime();
  const none = !factors.some(({ isBackup }) => !isBackup);
  const mayStill = user.status === 'active' && mayEnter(policies[by.area], user.roles);
  const changedAt = Math.floor((user.factorsChangedAt?.getTime() ?? 0) / 1000); // the token knows no less
  const since = by.authTime.getTime() / 1000 >= changedAt;
  if (!samePassword || !none || !mayStill || !since) {
    throw invalidToken({ detail: 'This enrolment token is over. Log in again.' });
  }
}
