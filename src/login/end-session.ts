import { writeAudit } from '../audit/audit-store.ts';
import type { Deps } from '../deps.ts';
import type { Origin } from '../origin.ts';
import { notFound } from '../problem.ts';
import type { LiveSession } from './core/session.ts';
import { endSessions } from './session-store.ts';

type EndDeps = Pick<Deps, 'db' | 'sessions'>;

/** Ends one of a user's own sessions, this one or another, at once and everywhere. 404 for anybody else's. */
export async function endSession(deps: EndDeps, by: LiveSession, id: string, origin: Origin): Promise<void> {
  const now = new Date();
  const { userId, area } = by;
  await deps.db.transaction().execute(async (tx) => {
    const ended = await endSessions(tx, { userId, only: id }, now);
    if (ended.length === 0) throw notFound({ detail: 'No such session.' });
    await writeAudit(
      tx,
      { type: 'session_ended', outcome: 'success', userId, area, sessionId: id },
      origin,
      now,
    );
  });
  deps.sessions.forgetUser(userId);
}
