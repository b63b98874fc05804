import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { auditInsertEach } from '../audit/audit-store.ts';
import { factorInsertEach } from '../mfa/factor-store.ts';
import { throttleInsertEach } from '../throttling/throttle-store.ts';
import { userInsertEach } from '../users/user-store.ts';

/** A user to import. The fields have the names of the columns. */
export type ImportRow = {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly language: string | null;
  readonly password_hash: string | null;
  readonly roles: readonly string[];
  readonly status: 'active' | 'disabled';
  readonly created_at: Date;
  readonly factor: { readonly id: string; readonly method: string; readonly data_sealed: string } | null;
};

/**
 * Inserts users with their throttles, factors and events, in one statement. Leaves out a user with a taken username,
 * with everything that belongs to that user. Returns the usernames that were inserted.
 */
export async function insertImported(
  db: Db,
  ctx: AuditContext,
  rows: readonly ImportRow[],
): Promise<ReadonlySet<string>> {
  const users = sql`
    select id, username, email, phone, language, password_hash, array(select jsonb_array_elements_text(roles)) as roles,
      status, created_at
    from given`;
  const factors = sql`
    select (factor ->> 'id')::uuid as id, id as user_id, factor ->> 'method' as method, 'Imported' as label,
      factor ->> 'data_sealed' as data_sealed
    from given join made using (id) where jsonb_typeof(factor) = 'object'`;
  const about = sql`
    select id as user_id, made.username, factor ->> 'method' as method, (factor ->> 'id')::uuid as factor_id,
      jsonb_build_object('roles', roles) as detail
    from given join made using (id)`;
  const { rows: made } = await sql<{ username: string }>`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(id uuid, username text, email text,
        phone text, language text, password_hash text, roles jsonb, status text, created_at timestamptz, factor jsonb)
    ),
    made as (${userInsertEach(users, ctx.now)}),
    throttle as (${throttleInsertEach(sql`from made`, ctx.now)}),
    enrolled as (${factorInsertEach(factors, ctx.now)}),
    audited as (${auditInsertEach({ type: 'user_imported', outcome: 'success' }, ctx.client, ctx.now, about)})
    select username from made`.execute(db);
  return new Set(made.map(({ username }) => username));
}
