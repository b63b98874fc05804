import {
  describeEvent,
  describeNotice,
  type Kind,
  type SendReason,
} from '../../domain/users/timeline-words.ts';
import { keyIn, type PageRequest, pageOf } from '../../lib/page.ts';
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
  /** The type of the audit event. Null: it is a mail. */
  readonly type: string | null;
  readonly method: string | null;
  /** Why a code was not sent, if that is known. */
  readonly reason: SendReason | null;
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
    readonly page: PageRequest;
  },
): Promise<{ readonly entries: readonly TimelineEntry[]; readonly nextCursor: string | null }> {
  const user = await findUser(db, userId);
  if (!user) throw noSuchUser();
  const found = await findTimeline(db, user, { after: placeIn(cursor), limit: limit + 1 });
  const { rows, nextCursor } = pageOf(found, limit, ({ at, key }) => `${at.getTime()} ${key}`);
  const detail = { filters: ['timeline'], events: rows.length };
  const who = { userId: readerId, area: readerId && 'admin' };
  await writeAudit(db, ctx, { type: 'audit_read', outcome: 'success', ...who, detail });
  return {
    entries: rows.map((entry) => ({ at: entry.at, ip: entry.ip, by: entry.actor, ...inWords(entry) })),
    nextCursor,
  };
}

function inWords(entry: Awaited<ReturnType<typeof findTimeline>>[number]) {
  if ('event' in entry) {
    const { type, method } = entry.event;
    return { ...describeEvent(entry.event), type, method };
  }
  return {
    kind: 'letter',
    says: describeNotice(entry.notice),
    type: null,
    method: null,
    reason: null,
  } as const;
}

function placeIn(cursor: string | undefined): TimelinePosition | null {
  if (cursor === undefined) return null;
  const [time, key = ''] = keyIn(cursor, /^(\d{1,15}) ([el][\da-f-]{19,36})$/);
  return { at: new Date(Number(time)), key };
}
