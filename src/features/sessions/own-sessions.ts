import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { phaseOf } from '../../domain/sessions/session.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { listSessions, touchSession } from './session-store.ts';

/** The user's own live sessions, newest first. `current` marks the session of the request. */
export async function ownSessions(
  deps: Pick<Deps, 'db'>,
  { now, policies }: RequestContext,
  { session }: SessionPrincipal,
) {
  const sessions = await listSessions(deps.db, session.userId, now);
  return sessions
    .filter((one) => phaseOf({ ...one, user: session.user }, policies[one.area], now) === 'live')
    .map((one) => ({ ...one, current: one.id === session.id }));
}

/**
 * Records that the client reports a person's activity. Ordinary requests keep a session from going idle only under
 * `activity: 'requests'` (NIST SP 800-63B 5.1.2).
 */
export async function noteActivity(
  deps: Pick<Deps, 'db' | 'sessions'>,
  { session }: SessionPrincipal,
): Promise<void> {
  await touchSession(deps.db, session.id, new Date());
  deps.sessions.forgetUser(session.userId);
}
