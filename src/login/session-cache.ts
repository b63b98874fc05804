import type { Db } from '../../db/connect.ts';
import { createRowCache } from '../row-cache.ts';
import type { LiveSession } from './core/session.ts';
import { findLiveSession } from './session-store.ts';

/** What this instance remembers of sessions, so that a guarded request costs no round trip. */
export type SessionCache = {
  /** Fresh from the database where `sure` is asked, else at most five seconds old. */
  readonly find: (id: string, now: Date, sure?: 'sure') => Promise<LiveSession | undefined>;
  /** Called for each notification, and by whoever changes a session here. */
  readonly forgetUser: (userId: string) => void;
};

export function createSessionCache(db: Db): SessionCache {
  const rows = createRowCache<LiveSession>(({ userId }) => userId);
  return {
    find: (id, now, sure) => rows.find(id, now, () => findLiveSession(db, id), sure),
    forgetUser: rows.forget,
  };
}
