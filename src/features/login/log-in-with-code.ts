import { invalidCredentials } from '../../domain/sessions/login-problems.ts';
import type { Origin } from '../../lib/client-info.ts';
import { Problem, slugOf } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { sessionDoor } from '../mfa/attempt-store.ts';
import type { FactorRow } from '../mfa/factor-store.ts';
import { attempt, providersFor } from '../mfa/verify-answer.ts';
import { type By, factorOpening } from '../sessions/grant-session.ts';
import { basisOf, refuseOvertaken } from '../sessions/overtaken.ts';
import { clearOwnPassword, giveBack, keepPaid } from '../throttling/own-password-store.ts';
import { recordWrongPassword } from '../throttling/password-throttle-store.ts';
import type { LoginOutcome, Right } from './login-outcome.ts';

/**
 * Password and code in one request (PCI DSS 8.5.1: nothing is told before all factors are in). Whatever is wrong with
 * the code, the answer is that of a wrong password, and it counts as one: the guess stays paid.
 */
export async function logInAtOnce(
  deps: Deps,
  { user, guess, input }: Right,
  usable: readonly FactorRow[],
  origin: Origin,
  now: Date,
): Promise<LoginOutcome> {
  const answer = { code: input.mfaToken ?? '' };
  const inHand = usable
    .filter(({ method }) => deps.providers.get(method)?.standing)
    .map(({ method }) => method);
  const fitting = providersFor(deps, answer).map(({ method }) => method);
  const methods = inHand.filter((method) => fitting.includes(method));
  if (methods.length === 0) {
    // Nothing to compare it with, so nothing is counted against the second factor.
    const event = {
      type: 'authn_login_fail',
      outcome: 'failure',
      userId: user.id,
      area: input.area,
    } as const;
    await recordWrongPassword(deps.db, guess, event, origin, now);
    throw invalidCredentials({ detail: 'Invalid credentials' });
  }
  const door = sessionDoor(
    { ...basisOf(user), sessionId: null, authTime: now },
    { all: methods, standing: methods },
    now,
  );
  const meaning = {
    event: 'mfa_passed',
    at: 'login',
    area: input.area,
    accepts: () => true,
    renews: () => deps.policies[input.area].newRecoveryCode,
    opens: (_found: unknown, by: By) => factorOpening(deps.policies, user.id, input.area, by, now, now),
  } as const;

  try {
    const outcome = await attempt(deps, door, answer, meaning, origin, now);
    if (outcome.status !== 'passed' || !outcome.opening)
      throw invalidCredentials({ detail: 'Invalid credentials' });
    await clearOwnPassword(deps.db, guess, now);
    const { opening, generation, left, renewed } = outcome;
    return { status: 'opened', opening, roles: user.roles, generation, left, renewed };
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) {
      await giveBack(deps.db, guess); // the password was right, and nobody could say whether the code was
      throw error;
    }
    await keepPaid(deps.db, guess);
    if (slugOf(error) === 'invalid-token') await refuseOvertaken(deps, user, input.area, origin, now);
    throw invalidCredentials({ detail: 'Invalid credentials' }, error);
  }
}
