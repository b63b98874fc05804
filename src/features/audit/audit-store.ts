import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { AuditEvent, EventType } from '../../domain/audit/events.ts';
import { severityOf } from '../../domain/audit/severity.ts';
import { type ClientInfo, oneLine } from '../../lib/client-info.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';

/**
 * The insert of an event as a piece of SQL, so that one statement makes a change and writes its event. With `from`
 * (such as `from session`) the event depends on the change. If `from` has no row, the statement writes no event.
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

/** Stores the user's current name, because the event can outlive the user and is then the only record of the name. */
function nameOf(userId: string | null | undefined): RawBuilder<unknown> {
  if (!userId) return sql`'{}'::jsonb`;
  return sql`coalesce((select jsonb_build_object('username', named.username) from users named
    where named.id = ${userId}::uuid), '{}')`;
}

/**
 * The insert for many users at once: one event for each row of `about`. `about` has the columns user_id, username,
 * method, factor_id and detail. `origin` is null if the service itself made the change.
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

/** Writes an event on its own, or inside the transaction of the change that it records. */
export async function writeAudit(db: Db, ctx: AuditContext, event: AuditEvent): Promise<void> {
  await auditInsert(event, ctx).execute(db);
}
