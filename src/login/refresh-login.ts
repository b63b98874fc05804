import { mayEnter, reachesPolicy } from '../areas/core/policy.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { Deps } from '../deps.ts';
import type { Origin } from '../origin.ts';
import { hashOf, newSecretToken } from '../secret-token.ts';
import { invalidToken } from './core/login-problems.ts';
import { type LiveSession, phaseOf } from './core/session.ts';
import { endSessions, findByRefreshToken, rotateRefreshToken } from './session-store.ts';

/**
 * Exchanges a refresh token, once. A token that comes a second time was stolen or its answer was lost, and which of the
 * two nobody can tell: its session ends (RFC 9700 4.14.2). A refresh raises nothing and is no sign of a person.
 */
export async function refreshLogin(
  deps: Pick<Deps, 'db' | 'policies' | 'sessions'>,
  refreshToken: string,
  origin: Origin,
): Promise<{ readonly session: LiveSession; readonly refreshToken: string }> {
  const now = new Date();
  const tokenHash = hashOf(refreshToken);
  const found = await findByRefreshToken(deps.db, tokenHash);
  if (!found) throw invalidToken({ detail: 'This refresh token is not known. Log in again.' });
  const { session } = found;

  const policy = deps.policies[session.area];
  const allowed =
    mayEnter(policy, session.user.roles) && reachesPolicy(policy, session, session.user.enrolled);
  if (phaseOf(session, policy, now) !== 'live' || !allowed) {
    throw invalidToken({ detail: 'The session is over. Log in again.' });
  }
  const fresh = newSecretToken();
  const { area, id: sessionId, userId } = session;
  const event = { type: 'session_refreshed', outcome: 'success', userId, area, sessionId } as const;
  const rotated = await deps.db.transaction().execute(async (tx) => {
    if (found.used || !(await rotateRefreshToken(tx, tokenHash, hashOf(fresh), now))) return false;
    await writeAudit(tx, event, origin, now);
    return true;
  });
  if (!rotated) return endFamily(deps, session, origin, now);
  return { session, refreshToken: fresh };
}

async function endFamily(
  deps: Pick<Deps, 'db' | 'sessions'>,
  session: LiveSession,
  origin: Origin,
  now: Date,
): Promise<never> {
  const { userId, area, id: sessionId } = session;
  await deps.db.transaction().execute(async (tx) => {
    await endSessions(tx, { userId, only: sessionId }, now);
    await writeAudit(
      tx,
      { type: 'authn_token_reuse', outcome: 'refused', userId, area, sessionId },
      origin,
      now,
    );
  });
  deps.sessions.forgetUser(userId);
  throw invalidToken({
    detail: 'This refresh token was used before, so its session has ended. Log in again.',
  });
}
