import { randomUUID } from 'node:crypto';
import { methodNotAllowed, mfaEnrollmentRequired } from '../../domain/mfa/mfa-problems.ts';
import { primaryFactors } from '../../domain/mfa/primary-factors.ts';
import { acrOf } from '../../domain/policy/assurance-level.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { lockSeconds } from '../../domain/throttling/second-factor-throttle.ts';
import { challengeSeconds } from '../../domain/throttling/send-limits.ts';
import { newSecretToken } from '../../lib/crypto/secret-token.ts';
import { Problem } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import {
  type Choice,
  cheapestFirst,
  chooseFactor,
  eligibleForStepUp,
  enrollableMethods,
  preferCheaperFactor,
} from './eligible-factors.ts';
import { type FactorRow, findUserWithFactors } from './factor-store.ts';
import { askForFactor, auditingFailure, type Challenged } from './open-challenge.ts';
import { recordPendingLogin } from './pending-login-store.ts';

/**
 * Asks the user of a live session for a factor, to elevate the session or to make its factor fresh. Only factors that
 * do not lower the level are offered. Cancels an earlier step-up of the same session. If the client names no factor,
 * the service avoids text messages as at a login. It then asks for another factor too if the first cannot be asked for.
 * Throws 403 mfa-enrollment-required or method-not-allowed, 404, 429 or 503. Throws 401 if the account was changed
 * meanwhile.
 */
export async function stepUp(
  deps: Deps,
  ctx: RequestContext,
  principal: SessionPrincipal,
  choice: Choice,
): Promise<Challenged> {
  const { session } = principal;
  const { area, userId } = session;
  const found = await findUserWithFactors(deps.db, userId);
  if (!found || primaryFactors(found.factors).length === 0) {
    throw mfaEnrollmentRequired({
      detail: 'Enrol a second factor first.',
      methods: enrollableMethods(deps, ctx.policies[area]),
    });
  }
  const { passwordByMail } = found.user;
  const asking = { sessionAcr: acrOf(session.level), passwordByMail };
  const usable = eligibleForStepUp(deps, found.factors, ctx.policies[area], asking);
  const factors = await preferCheaperFactor(deps, usable);
  if (factors.length === 0)
    throw methodNotAllowed({ detail: 'None of your factors can step up this session.' });
  const ask = async (asked: FactorRow) => {
    const about = { userId, area, sessionId: session.id, method: asked.method, factorId: asked.id };
    const open = () =>
      askForFactor(deps, { factor: asked, user: found.user, now: ctx.now, from: ctx.client.ip });
    return { asked, about, ...(await auditingFailure(deps, ctx, about, open)) };
  };
  const first = chooseFactor(factors, choice);
  const { asked, about, challenge, show, resendSeconds } = await ask(first).catch((error: unknown) => {
    const unnamed = choice.method === undefined && choice.factorId === undefined;
    const left = primaryFactors(factors).filter(({ method }) => method !== first.method);
    const [cheapest] = cheapestFirst(deps, left);
    const isOutage = error instanceof Problem && error.status === 503;
    if (isOutage && unnamed && cheapest) return ask(cheapest);
    throw error;
  });
  const tempToken = newSecretToken();
  const expiresAt = new Date(ctx.now.getTime() + challengeSeconds * 1000);
  const login = { id: randomUUID(), tempToken, userId, area, sessionId: session.id, expiresAt, challenge };
  const event = { type: 'mfa_challenge', outcome: 'success', ...about } as const;
  const { securityVersion } = found.user;
  const basis = { userId, securityVersion, sessionId: session.id };
  const won = await recordPendingLogin(deps.db, ctx, { basis, throttle: null, login, event });
  if (!won) throw invalidToken({ detail: 'This token is no longer valid. Log in again.' });
  const sending = { sent: true, resendSeconds, retryAfterSeconds: lockSeconds(found.user, ctx.now) };
  const trustDeviceSeconds = null; // only a login makes a device trusted
  return {
    tempToken,
    trustDeviceSeconds,
    expiresInSeconds: challengeSeconds,
    asked,
    factors,
    show,
    ...sending,
  };
}
