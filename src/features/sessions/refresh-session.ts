import { inTransaction } from '../../../db/in-transaction.ts';
import { admitsRoles, type Policy, satisfies } from '../../domain/policy/policy.ts';
import { type MfaRequirement, requirementFor } from '../../domain/policy/rollout.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import { evaluateRefresh } from '../../domain/sessions/refresh-token.ts';
import { type LiveSession, phaseOf } from '../../domain/sessions/session.ts';
import { hashOf, newSecretToken } from '../../lib/crypto/secret-token.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext, RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { GrantedSession } from './grant-session.ts';
import { type Exchange, exchangeAgain, exchangeFirst } from './refresh-store.ts';
import { endSessions, findByRefreshToken } from './session-store.ts';

/** How often a refresh reads the token. It reads again each time that a concurrent change was faster. */
const looks = 3;

/**
 * Exchanges a refresh token. For some seconds, the client can exchange the last token again: see judgeRefresh. Any
 * other reuse ends the session. A refresh does not raise the session's level and does not count as a sign of a
 * person. It takes two round trips. Throws 401 invalid-token, or 409 conflict if concurrent changes were faster each
 * time.
 */
export async function refreshLogin(
  deps: Pick<Deps, 'db' | 'sessions'>,
  ctx: RequestContext,
  refreshToken: string,
): Promise<GrantedSession> {
  const shown = hashOf(refreshToken);
  for (let look = 0; look < looks; look += 1) {
    const found = await findByRefreshToken(deps.db, shown);
    if (!found) throw invalidToken({ detail: 'This refresh token is unknown. Log in again.' });
    const session = deps.sessions.asSeen(found.session);
    const policy = ctx.policies[session.area];
    const requirement = requirementFor(policy, ctx.rollout, session.user, ctx.now);
    if (!mayGoOn(policy, session, requirement, ctx.now)) {
      throw invalidToken({ detail: 'The session has ended. Log in again.' });
    }
    const verdict = evaluateRefresh(found.token, policy, ctx.now);
    if (verdict === 'reused') return endFamily(deps, ctx, session);
    const fresh = newSecretToken();
    const exchange = exchangeOf(session, policy, { shown, next: hashOf(fresh) }, verdict);
    const write = verdict === 'first' ? exchangeFirst : exchangeAgain;
    if (!(await write(deps.db, ctx, exchange))) continue; // a concurrent change was faster: read the token again
    const { tokenGeneration, user } = session;
    return {
      grant: { ...session, refreshToken: fresh, elevation: null },
      tokenGeneration,
      roles: user.roles,
      graceUntil: requirement.ask === 'nothing' ? requirement.graceUntil : null,
    };
  }
  throw conflict();
}

function exchangeOf(
  { id: sessionId, userId, area, user }: LiveSession,
  { refreshGraceSeconds: graceSeconds }: Policy,
  tokens: Pick<Exchange, 'shown' | 'next'>,
  verdict: 'first' | 'again',
): Exchange {
  const about = { userId, area, sessionId, ...(verdict === 'again' && { detail: { repeated: true } }) };
  const event = { type: 'session_refreshed', outcome: 'success', ...about } as const;
  const basis = { userId, securityVersion: user.securityVersion, sessionId };
  return { basis, ...tokens, graceSeconds, event };
}

/**
 * The session of a refresh token that was never exchanged and could be exchanged now, or null. This function does not
 * exchange the token.
 */
export async function refreshableSession(
  deps: Pick<Deps, 'db' | 'sessions'>,
  { policies, rollout, now }: Pick<RequestContext, 'policies' | 'rollout' | 'now'>,
  refreshToken: string,
): Promise<LiveSession | null> {
  const found = await findByRefreshToken(deps.db, hashOf(refreshToken));
  if (!found) return null;
  const session = deps.sessions.asSeen(found.session);
  const policy = policies[session.area];
  if (evaluateRefresh(found.token, policy, now) !== 'first') return null;
  const requirement = requirementFor(policy, rollout, session.user, now);
  return mayGoOn(policy, session, requirement, now) ? session : null;
}

function mayGoOn(policy: Policy, session: LiveSession, { ask }: MfaRequirement, now: Date): boolean {
  const enough = ask === 'nothing' || (ask === 'factor' && satisfies(policy, session));
  return phaseOf(session, policy, now) === 'live' && enough && admitsRoles(policy, session.user.roles);
}

async function endFamily(
  deps: Pick<Deps, 'db' | 'sessions'>,
  ctx: AuditContext,
  session: LiveSession,
): Promise<never> {
  const { userId, area, id: sessionId } = session;
  await inTransaction(deps.db, async (tx) => {
    await endSessions(tx, { userId, only: sessionId }, ctx.now);
    await writeAudit(tx, ctx, { type: 'authn_token_reuse', outcome: 'refused', userId, area, sessionId });
  });
  deps.sessions.forgetUser(userId);
  throw invalidToken({
    detail: 'This refresh token was used before, so its session has ended. Log in again.',
  });
}
