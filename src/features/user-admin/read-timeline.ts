import { describeEvent, describeNotice, type Kind } from '../../domain/users/timeline-words.ts';
import { invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { noSuchUser } from '../users/user-faults.ts';
import { findUser } from '../users/user-store.ts';
import { findTimeline, type TimelinePosition } from './timeline-store.ts';

export type TimelineEntry = {
  readonly at: Date;
  readonly kind: Kind;
  readonly says: string;
  readonly ip: string | null;
  /** The actor, if it was not the user. */
  readonly by: string | null;
};

/**
 * What happened to a user, in words for the helpdesk: messages and their results, failures, locks, mails. It contains
 * no codes, and addresses are masked. Reading it is audited, because it comes from the audit log (PCI DSS 10.2.1.3).
 * Throws 400 or 404.
 */
export async function readTimeline(
  { db }: Pick<Deps, 'db'>,
  ctx: AuditContext,
  {
    readerId,
    userId,
    page: { limit, cursor },
  }: {
    readonly readerId: string | null;
    readonly userId: string;
    readonly page: { readonly limit: number; readonly cursor: string | undefined };
  },
): Promise<{ readonly entries: readonly TimelineEntry[]; readonly nextCursor: string | null }> {
  const user = await findUser(db, userId);
  if (!user) throw noSuchUser();
  const found = await findTimeline(db, user, { after: placeIn(cursor), limit: limit + 1 });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const detail = { filters: ['timeline'], events: page.length };
  const who = { userId: readerId, area: readerId && 'admin' };
  await writeAudit(
    db,
    { ...ctx, now: new Date() },
    { type: 'audit_read', outcome: 'success', ...who, detail },
  );
  return {
    entries: page.map((entry) => ({ at: entry.at, ip: entry.ip, by: entry.actor, ...inWords(entry) })),
    nextCursor: found.length > limit && last ? cursorOf(last) : null,
  };
}

function inWords(entry: Awaited<ReturnType<typeof findTimeline>>[number]) {
  if ('event' in entry) return describeEvent(entry.event);
  return { kind: 'letter', says: describeNotice(entry.notice) } as const;
}

function cursorOf({ at, key }: TimelinePosition): string {
  return Buffer.from(`${at.getTime()} ${key}`).toString('base64url');
}

function placeIn(cursor: string | undefined): TimelinePosition | null {
  if (cursor === undefined) return null;
  const [, time, key] =
    /^(\d{1,15}) ([el][\da-f-]{19,36})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (!time || !key) throw invalidField('?cursor', 'Must be the next_cursor of the previous page');
  return { at: new Date(Number(time)), key };
}
