import type { Db } from '../../db/connect.ts';
import type { LiveSession } from './core/session.ts';
import { findLiveSession } from './session-store.ts';

/** What this instance remembers of sessions, so that a guarded request costs no round trip. */
export type SessionCache = {
  /** Fresh from the database where `sure` is asked, else at most five seconds old. */
  readonly find: (id: string, now: Date, sure?: 'sure') => Promise<LiveSession | undefined>;
  /** Called for each notification, and by whoever changes a session here. */
  readonly forgetUser: (userId: string) => void;
};

const lifeMs = 5_000;
const most = 50_000;

export function createSessionCache(db: Db): SessionCache {
  const known = new Map<string, { readonly session: LiveSession; readonly readAt: number }>();
  const ofUser = new Map<string, Set<string>>();
  let forgotten = 0;

  async function find(id: string, now: Date, sure?: 'sure'): Promise<LiveSession | undefined> {
    const entry = known.get(id);
    const age = entry ? now.getTime() - entry.readAt : Number.POSITIVE_INFINITY;
    if (entry && !sure && age >= 0 && age < lifeMs) return entry.session;
    const before = forgotten;
    const session = await findLiveSession(db, id);
    // What was read before a change became known may be from before it: answer with it, but do not keep it.
    if (session && before === forgotten) keep(session, now.getTime());
    return session;
  }

  function keep(session: LiveSession, readAt: number) {
    if (known.size >= most) clear();
    known.set(session.id, { session, readAt });
    ofUser.set(session.userId, (ofUser.get(session.userId) ?? new Set()).add(session.id));
  }

  function clear() {
    known.clear();
    ofUser.clear();
  }

  function forgetUser(userId: string) {
    forgotten += 1;
    for (const id of ofUser.get(userId) ?? []) known.delete(id);
    ofUser.delete(userId);
  }

  return { find, forgetUser };
}
