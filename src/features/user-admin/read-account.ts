import { phaseOf } from '../../domain/sessions/session.ts';
import { attemptsRemaining, waitSeconds } from '../../domain/throttling/second-factor-throttle.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { listOpenRecoveries } from '../recovery/recovery-store.ts';
import { listSessions } from '../sessions/session-store.ts';
import { findFailures } from '../throttling/password-throttle-store.ts';
import { findThrottle } from '../throttling/throttle-store.ts';
import { findAccount } from '../users/account-store.ts';
import { noSuchUser } from '../users/user-faults.ts';

/**
 * What the helpdesk needs to know of a user: factors without their secrets, locks, and the number of live sessions.
 * Throws 404 not-found.
 */
export async function readAccount(
  deps: Pick<Deps, 'db' | 'policies' | 'helpRequires' | 'passwordLimits'>,
  userId: string,
) {
  const now = new Date();
  const account = await findAccount(deps.db, userId);
  if (!account) throw noSuchUser();
  const [factors, throttle, passwords, sessions, recoveries] = [
    await listFactors(deps.db, userId),
    await findThrottle(deps.db, userId),
    await findFailures(deps.db, { username: account.username, limits: deps.passwordLimits }, now),
    await listSessions(deps.db, userId, now),
    await listOpenRecoveries(deps.db, userId, now),
  ];
  const user = { active: account.status === 'active' };
  const live = sessions.filter((one) => phaseOf({ ...one, user }, deps.policies[one.area], now) === 'live');
  const wait = throttle ? waitSeconds(throttle, now) : null;
  const windowOver = !throttle || throttle.windowEndsAt <= now;
  return {
    account,
    factors: factors.filter(({ expiresAt }) => !expiresAt || expiresAt > now),
    secondFactor: {
      attemptsRemaining: attemptsRemaining(
        { ...none, ...throttle, failed: windowOver ? 0 : throttle.failed },
        now,
      ),
      wrongInARow: throttle?.inARow ?? 0,
      retryAfterSeconds: wait,
    },
    passwords,
    liveSessions: live.length,
    recoveries,
    helpRequires: deps.helpRequires,
  };
}

const none = {
  claimed: 0,
  failed: 0,
  windowEndsAt: new Date(0),
  inARow: 0,
  lockedUntil: null,
  reportedUntil: null,
};
