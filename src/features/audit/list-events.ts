import { type Label, labelOf } from '../../domain/audit/label.ts';
import type { SealedEvent } from '../../domain/audit/seal.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from './audit-store.ts';
import { type EventFilter, type FoundEvent, findEvents } from './event-store.ts';

/** An event in a response. Its label is beside the detail, not inside it. */
export type ListedEvent = SealedEvent & Label & Pick<FoundEvent, 'nameNow' | 'actorName'>;

type EventPage = { readonly events: readonly ListedEvent[]; readonly next: number | null };

/**
 * A page of events, newest first. `before` is the number of the event at which the last page ended. Writes an
 * `audit_read` event before it returns, because PCI DSS 10.2.1.3 requires a record of each access to the audit.
 */
export async function listEvents(
  { db }: Pick<Deps, 'db'>,
  ctx: AuditContext,
  {
    readerId,
    filter,
    page: { limit, before },
  }: {
    readonly readerId: string | null;
    readonly filter: EventFilter;
    readonly page: { readonly limit: number; readonly before: number | null };
  },
): Promise<EventPage> {
  const found = await findEvents(db, filter, { limit: limit + 1, before });
  const events = found.slice(0, limit).map(listed);
  const detail = { filters: namesOf(filter), events: events.length };
  const who = { userId: readerId, area: readerId && 'admin' };
  const event = { type: 'audit_read', outcome: 'success', ...who, detail } as const;
  await writeAudit(db, ctx, event);
  return { events, next: found.length > limit ? (events.at(-1)?.seq ?? null) : null };
}

/** If an event has no name, the current name of its user takes the place. */
function listed(event: FoundEvent): ListedEvent {
  const { label, rest } = labelOf(event);
  return { ...event, detail: rest, severity: label.severity, username: label.username ?? event.nameNow };
}

function namesOf(filter: EventFilter): string[] {
  return Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}
