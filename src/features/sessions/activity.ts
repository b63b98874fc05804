import type { Policy } from '../../domain/policy/policy.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import type { Activity } from '../../platform/kernel/ports.ts';

/**
 * Writes when a session was used last, if nobody has written that since `before`. Answers with whether it did, or else with
 * what was written; null where the session is over.
 */
export type WriteActivity = (id: string, seenAt: Date, before: Date) => Promise<'written' | Date | null>;
type Entry = { seenAt: Date; apartSeconds: number; writtenAt: Date; writing: boolean };

/**
 * When this instance saw each session used, where its policy takes requests for a sign of a person. A request waits for no
 * write: that comes after it, at most once a minute, and what a minute had no room for follows in the next round. What was
 * not written yet counts here; another instance learns of it in the next minute.
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
    if (isDue(entry, now)) void save(id, entry, now).catch(() => {}); // it stays due
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

  /** Writes what waits; all of it where the instance is about to go. Throws where a write failed: it waits on. */
  async function flush(now: Date, all?: 'all'): Promise<void> {
    const waiting = [...known].filter(([, entry]) => isPending(entry) && (all || isDue(entry, now)));
    for (const [id, entry] of waiting) await save(id, entry, all ? endOfTime : now);
    for (const [id, entry] of known) if (!isPending(entry) && isApart(entry, now)) known.delete(id);
  }

  /** A session as its row has it, or used later than that. */
  function asSeen<Seen extends Pick<LiveSession, 'id' | 'lastActiveAt'>>(session: Seen): Seen {
    const seenAt = known.get(session.id)?.seenAt;
    return seenAt && seenAt > session.lastActiveAt ? { ...session, lastActiveAt: seenAt } : session;
  }

  return { note, flush, asSeen };
}

/** Nothing was written after it: where there will be no later round, none is waited for. */
const endOfTime = new Date('3000-01-01');

/** A minute; less where the idle limit is so short that a minute would be too much of it. */
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
