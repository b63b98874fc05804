import { invalidCredentials } from '../../domain/sessions/login-problems.ts';
import { Problem, slugOf } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import type { FactorRow } from '../mfa/factor-store.ts';
import { providersFor } from '../mfa/verification.ts';
import { verifyAnswer } from '../mfa/verify-answer.ts';
import { grantBySecondFactor, type PassedFactor } from '../sessions/grant-session.ts';
import { basisOf, refuseOvertaken } from '../sessions/overtaken.ts';
import { keepOwnPassword, releaseOwnPassword, resetOwnPassword } from '../throttling/own-password-store.ts';
import { recordWrongPassword } from '../throttling/password-throttle-store.ts';
import type { LoginOutcome, PasswordVerified } from './login-outcome.ts';

/**
 * Checks password and code in one request. The answer reveals nothing before all factors are given (PCI DSS 8.5.1). If
 * anything is wrong with the code, the client gets the answer of a wrong password. The attempt then stays counted as a
 * wrong password.
 */
export async function logInWithCode(
  deps: Deps,
  ctx: RequestContext,
  { user, throttle, input }: PasswordVerified,
  usable: readonly FactorRow[],
): Promise<LoginOutcome> {
  const answer = { kind: 'code', code: input.mfaToken ?? '' } as const;
  const challengeless = usable
    .filter(({ method }) => deps.providers.get(method)?.challengeless)
    .map(({ method }) => method);
  const fitting = providersFor(deps, answer).map(({ method }) => method);
  const methods = challengeless.filter((method) => fitting.includes(method));
  if (methods.length === 0) {
    // None of the user's factors could take the code, so it is not counted against the second factor.
    const event = {
      type: 'authn_login_fail',
      outcome: 'failure',
      userId: user.id,
      area: input.area,
    } as const;
    await recordWrongPassword(deps.db, ctx, throttle, event);
    throw invalidCredentials({ detail: 'Invalid credentials' });
  }
  const target = {
    by: 'session',
    answerer: { ...basisOf(user), sessionId: null, authTime: ctx.now },
    methods: { all: methods, challengeless: methods },
  } as const;
  const purpose = {
    event: 'mfa_passed',
    at: 'login',
    area: input.area,
    accepts: () => true,
    renews: () => ctx.policies[input.area].newRecoveryCode,
    opens: (_found: unknown, by: PassedFactor) =>
      grantBySecondFactor(ctx.policies, {
        userId: user.id,
        area: input.area,
        by,
        authTime: ctx.now,
        now: ctx.now,
      }),
  } as const;

  try {
    const outcome = await verifyAnswer(deps, ctx, { target, answer, purpose });
    if (outcome.status !== 'passed' || !outcome.grant)
      throw invalidCredentials({ detail: 'Invalid credentials' });
    await resetOwnPassword(deps.db, throttle, ctx.now);
    const { grant, tokenGeneration, left, renewed } = outcome;
    return { status: 'opened', grant, roles: user.roles, tokenGeneration, left, renewed };
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) {
      await releaseOwnPassword(deps.db, throttle); // the password was right, and the code could not be checked
      throw error;
    }
    await keepOwnPassword(deps.db, throttle);
    if (slugOf(error) === 'invalid-token') await refuseOvertaken(deps, ctx, user, input.area);
    throw invalidCredentials({ detail: 'Invalid credentials' }, error);
  }
}
