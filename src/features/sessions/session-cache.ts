import type { Db } from '../../../db/connect.ts';
import { createRowCache } from '../../lib/ttl-cache.ts';
import { type Activity, createActivity } from './activity.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import { findLiveSession, writeActivity } from './session-store.ts';

/** What this instance remembers of sessions, so that a guarded request costs no round trip. */
export type SessionCache = Activity & {
  /** Fresh from the database where `sure` is asked, else at most five seconds old; used as late as this instance saw it. */
  readonly find: (id: string, now: Date, sure?: 'sure') => Promise<LiveSession | undefined>;
  /** Called for each notification, and by whoever changes a session here. */
  readonly forgetUser: (userId: string) => void;
};

export function createSessionCache(db: Db): SessionCache {
  const rows = createRowCache<LiveSession>(({ userId }) => userId);
  const activity = createActivity((id, seenAt, before) => writeActivity(db, id, seenAt, before));
  const load = async (id: string) => {
    const session = await findLiveSession(db, id);
    return session && activity.asSeen(session);
  };
  return {
    ...activity,
    find: (id, now, sure) => rows.find(id, now, () => load(id), sure),
    forgetUser: rows.forget,
  };
}
