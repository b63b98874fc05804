import type { Deps } from '../deps.ts';
import type { Origin } from '../origin.ts';
import { hashOf } from '../secret-token.ts';
import { findWaiting, replaceChallenge } from './challenge-store.ts';
import { askable, type Choice, chooseFactor } from './choose-factor.ts';
import { challengeInvalid } from './core/problems.ts';
import type { Show } from './core/provider.ts';
import { challengeSeconds } from './core/sends.ts';
import { type FactorRow, listFactors } from './factor-store.ts';
import { openChallenge } from './open-challenge.ts';
import { tellingOfFailure } from './telling-of-failure.ts';

/**
 * Asks a waiting login for the same factor again (a resend), or for another. The last challenge dies with its code.
 * Throws 401 challenge-invalid, 404, 429 (too many sends) or 503; after the last two the last challenge still stands.
 */
export async function switchChallenge(
  deps: Deps,
  tempToken: string,
  choice: Choice,
  origin: Origin,
): Promise<{ readonly asked: FactorRow; readonly show: Show; readonly expiresInSeconds: number }> {
  const now = new Date();
  const login = await findWaiting(deps.db, hashOf(tempToken), now);
  if (!login) throw challengeInvalid();

  const { area, userId, sessionId } = login;
  const factors = askable(deps, await listFactors(deps.db, userId), deps.policies[area], login);
  const again = choice.method === undefined && choice.factorId === undefined ? login.factorId : null;
  const asked = chooseFactor(factors, again ? { method: undefined, factorId: again } : choice);

  const user = { id: userId, username: login.username, email: login.email };
  const about = { userId, area, sessionId, method: asked.method, factorId: asked.id };
  const open = () => openChallenge(deps, asked, user, now);
  const { challenge, show } = await tellingOfFailure(deps, about, origin, now, open);
  const event = { type: 'mfa_challenge', outcome: 'success', ...about } as const;
  const replaced = await replaceChallenge(deps.db, login.id, challenge, event, origin, now);
  if (!replaced) throw challengeInvalid();
  return { asked, show, expiresInSeconds: challengeSeconds };
}
