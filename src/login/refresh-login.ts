import { inTransaction } from '../../db/in-transaction.ts';
import { mayEnter, satisfies } from '../areas/core/policy.ts';
import { type Demand, demandOf } from '../areas/core/rollout.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { Deps } from '../deps.ts';
import type { Origin } from '../origin.ts';
import { conflict } from '../problem.ts';
import { hashOf, newSecretToken } from '../secret-token.ts';
import { invalidToken } from './core/login-problems.ts';
import { type LiveSession, phaseOf } from './core/session.ts';
import type { Opened } from './opening.ts';
import { endSessions, findByRefreshToken, rotateRefreshToken } from './session-store.ts';

/**
 * Exchanges a refresh token, once. A token that comes a second time was stolen or its answer was lost, and which of the
 * two nobody can tell: its session ends (RFC 9700 4.14.2). A refresh raises nothing and is no sign of a person.
 */
export async function refreshLogin(
  deps: Pick<Deps, 'db' | 'policies' | 'rollout' | 'sessions'>,
  refreshToken: string,
  origin: Origin,
): Promise<Opened> {
  const now = new Date();
  for (let look = 0; look < 3; look += 1) {
    const opened = await exchange(deps, refreshToken, origin, now);
    if (opened) return opened;
  }
  throw conflict();
}

/** Null where its owner was changed meanwhile: whether the session goes on must be decided anew. */
async function exchange(
  deps: Pick<Deps, 'db' | 'policies' | 'rollout' | 'sessions'>,
  refreshToken: string,
  origin: Origin,
  now: Date,
): Promise<Opened | null> {
  const tokenHash = hashOf(refreshToken);
  const found = await findByRefreshToken(deps.db, tokenHash);
  if (!found) throw invalidToken({ detail: 'This refresh token is not known. Log in again.' });
  const { session } = found;

  const demand = demandOf(deps.policies[session.area], deps.rollout, session.user, now);
  if (!mayGoOn(deps, session, demand, now)) {
    throw invalidToken({ detail: 'The session is over. Log in again.' });
  }
  const fresh = newSecretToken();
  const { area, id: sessionId, userId } = session;
  const event = { type: 'session_refreshed', outcome: 'success', userId, area, sessionId } as const;
  if (found.used) return endFamily(deps, session, origin, now);
  const basis = { userId, securityVersion: session.user.securityVersion, sessionId };
  const rotated = await inTransaction(deps.db, async (tx) => {
    if (!(await rotateRefreshToken(tx, basis, tokenHash, hashOf(fresh), now))) return false;
    await writeAudit(tx, event, origin, now);
    return true;
  });
  if (!rotated) return null; // used by another client, which the next look finds, or changed
  const opening = { ...session, refreshToken: fresh, raises: null };
  const { generation, user } = session;
  return {
    opening,
    generation,
    roles: user.roles,
    graceUntil: demand.ask === 'nothing' ? demand.graceUntil : null,
  };
}

/** The session of a refresh token that could be exchanged right now; it is not. */
export async function refreshableSession(
  deps: Pick<Deps, 'db' | 'policies' | 'rollout'>,
  refreshToken: string,
  now: Date,
): Promise<LiveSession | null> {
  const found = await findByRefreshToken(deps.db, hashOf(refreshToken));
  if (!found || found.used) return null;
  const { session } = found;
  const demand = demandOf(deps.policies[session.area], deps.rollout, session.user, now);
  return mayGoOn(deps, session, demand, now) ? session : null;
}

function mayGoOn(
  { policies }: Pick<Deps, 'policies'>,
  session: LiveSession,
  { ask }: Demand,
  now: Date,
): boolean {
  const policy = policies[session.area];
  const enough = ask === 'nothing' || (ask === 'factor' && satisfies(policy, session));
  return phaseOf(session, policy, now) === 'live' && enough && mayEnter(policy, session.user.roles);
}

async function endFamily(
  deps: Pick<Deps, 'db' | 'sessions'>,
  session: LiveSession,
  origin: Origin,
  now: Date,
): Promise<never> {
  const { userId, area, id: sessionId } = session;
  await inTransaction(deps.db, async (tx) => {
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
