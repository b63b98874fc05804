import type { Policy } from '../../domain/policy/policy.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import type { Activity } from '../../platform/kernel/ports.ts';

/**
 * Writes `seenAt` as the time of the last use of a session. Skips the write if the row has a time after `before`, or
 * `seenAt` or later. Returns 'written', or the row's time if it skipped. Returns null if the session has ended.
 */
export type WriteActivity = (id: string, seenAt: Date, before: Date) => Promise<'written' | Date | null>;
type Entry = { seenAt: Date; apartSeconds: number; writtenAt: Date; writing: boolean };

/**
 * Remembers when this instance last saw each session used. Only policies with `activity: 'requests'` count a request
 * as a sign of a person. No request waits for the write. The instance writes each session at most once a minute, and
 * a later round writes what is still pending. This instance counts a pending time at once. Other instances learn of
 * it within the next minute.
 */
export function createActivity(write: WriteActivity): Activity {
  const known = new Map<string, Entry>();

  function note(session: Pick<LiveSession, 'id' | 'lastActiveAt'>, policy: Policy, now: Date): void {
    if (policy.activity !== 'requests') return;
    const { id, lastActiveAt } = session;
    const entry = known.get(id) ?? { seenAt: now, apartSeconds: 0, writtenAt: lastActiveAt, writing: false };
    entry.seenAt = later(entry.seenAt, now);
    entry.apartSeconds = apartSecondsOf(policy);
    known.set(id, entry);
    if (isDue(entry, now)) void save(id, entry, now).catch(() => {}); // after a failed write, the entry stays due
  }

  async function save(id: string, entry: Entry, now: Date): Promise<void> {
    const before = new Date(now.getTime() - entry.apartSeconds * 1000);
    entry.writing = true;
    try {
      const found = await write(id, entry.seenAt, before);
      if (found === null) known.delete(id);
      else entry.writtenAt = found === 'written' ? now : found;
    } finally {
      entry.writing = false;
    }
  }

  /**
   * Writes the pending times that are due. With `all`, as when the instance stops, it writes every pending time.
   * Throws if a write fails: the time then stays pending.
   */
  async function flush(now: Date, all?: 'all'): Promise<void> {
    const waiting = [...known].filter(([, entry]) => isPending(entry) && (all || isDue(entry, now)));
    for (const [id, entry] of waiting) await save(id, entry, all ? endOfTime : now);
    for (const [id, entry] of known) if (!isPending(entry) && isApart(entry, now)) known.delete(id);
  }

  /** The session with the later of two times: the row's time and the time that this instance saw. */
  function asSeen<Seen extends Pick<LiveSession, 'id' | 'lastActiveAt'>>(session: Seen): Seen {
    const seenAt = known.get(session.id)?.seenAt;
    return seenAt && seenAt > session.lastActiveAt ? { ...session, lastActiveAt: seenAt } : session;
  }

  return { note, flush, asSeen };
}

/**
 * The last flush passes this time as `now`. Every row is then old enough to be written, because no later round
 * follows.
 */
const endOfTime = new Date('3000-01-01');

/** The least time between two writes of a session, in seconds: 60, or a quarter of an idle limit below 240 seconds. */
function apartSecondsOf({ idleSeconds }: Policy): number {
  return Math.min(60, (idleSeconds ?? 240) / 4);
}

function isPending({ seenAt, writtenAt, writing }: Entry): boolean {
  return !writing && seenAt > writtenAt;
}

function isDue(entry: Entry, now: Date): boolean {
  return isPending(entry) && isApart(entry, now);
}

function isApart({ writtenAt, apartSeconds }: Entry, now: Date): boolean {
  return now.getTime() - writtenAt.getTime() >= apartSeconds * 1000;
}

function later(one: Date, other: Date): Date {
  return one > other ? one : other;
}
