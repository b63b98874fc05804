import type { Deps } from '../../platform/kernel/deps.ts';
import type { Bearer } from '../../domain/sessions/principal.ts';
import { phaseOf } from '../../domain/sessions/session.ts';
import { listSessions } from './session-store.ts';

/** The user's own live sessions, newest first; `current` is the one that asks. */
export async function ownSessions(deps: Pick<Deps, 'db' | 'policies'>, { session }: Bearer) {
  const now = new Date();
  const sessions = await listSessions(deps.db, session.userId, now);
  return sessions
    .filter((one) => phaseOf({ ...one, user: session.user }, deps.policies[one.area], now) === 'live')
    .map((one) => ({ ...one, current: one.id === session.id }));
}
