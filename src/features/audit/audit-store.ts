import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { AuditEvent, EventType } from '../../domain/audit/events.ts';
import { severityOf } from '../../domain/audit/severity.ts';
import { type ClientInfo, oneLine } from '../../lib/client-info.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';

/**
 * The insert as a piece of SQL, for statements that change something and tell of it at once.
 * `from` (such as `from session`) makes the event depend on the change: no row there, no event.
 */
export function auditInsert(event: AuditEvent, ctx: AuditContext, from: RawBuilder<unknown> = sql``) {
  const detail = { ...event.detail, severity: severityOf(event.type) };
  return sql`insert into audit_events (at, type, outcome, user_id, actor_id, area, method, factor_id, session_id,
      request_id, ip, user_agent, detail)
    select ${ctx.now}::timestamptz, ${event.type}, ${event.outcome}, ${event.userId ?? null}::uuid,
      ${event.actorId ?? null}::uuid, ${event.area ?? null}, ${event.method ?? null},
      ${event.factorId ?? null}::uuid, ${event.sessionId ?? null}::uuid, ${ctx.client.requestId}, ${ctx.client.ip},
      ${oneLine(ctx.client.userAgent)}, ${JSON.stringify(detail)}::jsonb || ${nameOf(event.userId)} ${from}`;
}

/** As it is now: what the event tells may be the last that is known of this user. */
function nameOf(userId: string | null | undefined): RawBuilder<unknown> {
  if (!userId) return sql`'{}'::jsonb`;
  return sql`coalesce((select jsonb_build_object('username', named.username) from users named
    where named.id = ${userId}::uuid), '{}')`;
}

/**
 * The same for many users at once: an event for each row of `about`, which has user_id, username, method, factor_id and
 * detail. `origin` is null where the service itself did it.
 */
export function auditInsertEach(
  event: { readonly type: EventType; readonly outcome: AuditEvent['outcome'] },
  origin: ClientInfo | null,
  now: Date,
  about: RawBuilder<unknown>,
) {
  return sql`insert into audit_events (at, type, outcome, user_id, method, factor_id, request_id, ip, user_agent, detail)
    select ${now}::timestamptz, ${event.type}, ${event.outcome}, user_id, method, factor_id, ${origin?.requestId ?? null},
      ${origin?.ip ?? null}, ${origin && oneLine(origin.userAgent)},
      detail || jsonb_build_object('username', username, 'severity', ${severityOf(event.type)}::text)
    from (${about}) about`;
}

/** Writes an event that stands alone, or inside the transaction that it tells of. */
export async function writeAudit(db: Db, ctx: AuditContext, event: AuditEvent): Promise<void> {
  await auditInsert(event, ctx).execute(db);
}
