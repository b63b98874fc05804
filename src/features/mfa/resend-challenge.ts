import { challengeInvalid } from '../../domain/mfa/mfa-problems.ts';
import { lockSeconds } from '../../domain/throttling/second-factor-throttle.ts';
import { challengeSeconds } from '../../domain/throttling/send-limits.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { type Choice, chooseFactor, eligibleForStepUp } from './eligible-factors.ts';
import { listFactors } from './factor-store.ts';
import { askForFactor, auditingFailure, type Challenged } from './open-challenge.ts';
import { findPendingLogin, replaceChallenge } from './pending-login-store.ts';

/**
 * Asks the user of a pending login for the same factor again (a resend), or for another. Ends the last challenge and
 * its code. Throws 401 challenge-invalid, 404, 429 (too many sends) or 503. After 429 and 503 the last challenge stays
 * valid.
 */
export async function resendChallenge(
  deps: Deps,
  ctx: RequestContext,
  tempToken: string,
  choice: Choice,
): Promise<Omit<Challenged, 'tempToken' | 'factors' | 'trustDeviceSeconds'>> {
  const login = await findPendingLogin(deps.db, hashOf(tempToken), ctx.now);
  if (!login) throw challengeInvalid();

  const { area, userId, sessionId } = login;
  const factors = eligibleForStepUp(deps, await listFactors(deps.db, userId), ctx.policies[area], login);
  const again = choice.method === undefined && choice.factorId === undefined ? login.factorId : null;
  const asked = chooseFactor(factors, again ? { method: undefined, factorId: again } : choice);

  const user = { ...login, id: userId };
  const about = { userId, area, sessionId, method: asked.method, factorId: asked.id };
  const open = () => askForFactor(deps, { factor: asked, user, now: ctx.now, from: ctx.client.ip });
  const { challenge, show, resendSeconds } = await auditingFailure(deps, ctx, about, open);
  const event = { type: 'mfa_challenge', outcome: 'success', ...about } as const;
  const replaced = await replaceChallenge(deps.db, ctx, { login, challenge, event });
  if (!replaced) throw challengeInvalid();
  const retryAfterSeconds = lockSeconds(login, ctx.now);
  return { asked, show, expiresInSeconds: challengeSeconds, sent: true, resendSeconds, retryAfterSeconds };
}
