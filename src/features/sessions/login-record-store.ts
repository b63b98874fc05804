import { type RawBuilder, sql } from 'kysely';
import { hasPassword, type SessionGrant } from '../../domain/sessions/session.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { auditInsert } from '../audit/audit-store.ts';

/**
 * Two more CTEs beside `session`. Every new session, by any kind of login, is audited as one `authn_login_success`
 * and updates its owner's last login. The elevation of an existing session is no login, so it adds no CTE.
 */
export function loginCtes(grant: SessionGrant, ctx: AuditContext): RawBuilder<unknown> {
  if (grant.elevation !== null) return sql``;
  const { id: sessionId, userId, area, method, level, waived } = grant;
  const detail = { level, ...(waived && { waived }), ...(!hasPassword(grant) && { alone: true }) };
  const about = { userId, area, sessionId, method: method ?? 'password', detail };
  return sql`, audited_login as (
      ${auditInsert({ type: 'authn_login_success', outcome: 'success', ...about }, ctx, sql`from session`)}
    ), logged_in as (
      insert into last_logins as seen (user_id, at) select ${userId}::uuid, ${ctx.now}::timestamptz from session
      on conflict (user_id) do update set at = greatest(seen.at, excluded.at)
    )`;
}
