import type { Db } from '../../../db/connect.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import { createTtlCache } from '../../lib/ttl-cache.ts';
import type { SessionCache } from '../../platform/kernel/ports.ts';
import { createActivity } from './activity.ts';
import { findLiveSession, writeActivity } from './session-store.ts';

export function createSessionCache(db: Db): SessionCache {
  const rows = createTtlCache<LiveSession>(({ userId }) => userId);
  const activity = createActivity((id, seenAt, before) => writeActivity(db, id, seenAt, before));
  const load = async (id: string) => {
    const session = await findLiveSession(db, id);
    return session && activity.asSeen(session);
  };
  return {
    ...activity,
    find: (id, now, options) => rows.find(id, now, () => load(id), options),
    forgetUser: rows.forget,
  };
}
