import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import { auditInsertEach } from '../audit/audit-store.ts';

/** A user who is to be imported, named as the columns are. */
export type ImportRow = {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly password_hash: string | null;
  readonly roles: readonly string[];
  readonly status: 'active' | 'disabled';
  readonly created_at: Date;
  readonly factor: { readonly id: string; readonly method: string; readonly data_sealed: string } | null;
};

/**
 * Users with their throttles, factors and events, all in one statement. Whose name is taken is left out, with all that
 * is theirs. Gives the names that were new.
 */
export async function insertImported(
  db: Db,
  rows: readonly ImportRow[],
  origin: ClientInfo,
  now: Date,
): Promise<ReadonlySet<string>> {
  const about = sql`
    select id as user_id, made.username, factor ->> 'method' as method, (factor ->> 'id')::uuid as factor_id,
      jsonb_build_object('roles', roles) as detail
    from given join made using (id)`;
  const { rows: made } = await sql<{ username: string }>`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(id uuid, username text, email text,
        phone text, password_hash text, roles jsonb, status text, created_at timestamptz, factor jsonb)
    ),
    made as (
      insert into users (id, username, email, phone, password_hash, password_changed_at, roles, status, created_at)
      select id, username, email, phone, password_hash, ${now}::timestamptz,
        array(select jsonb_array_elements_text(roles)), status, created_at from given
      on conflict (username) do nothing returning id, username
    ),
    throttle as (insert into throttles (user_id, window_ends_at) select id, ${now}::timestamptz from made),
    enrolled as (
      insert into factors (id, user_id, method, label, data_sealed, is_default, created_at, confirmed_at)
      select (factor ->> 'id')::uuid, id, factor ->> 'method', 'Imported', factor ->> 'data_sealed', true,
        ${now}::timestamptz, ${now}::timestamptz
      from given join made using (id) where jsonb_typeof(factor) = 'object'
    ),
    told as (${auditInsertEach({ type: 'user_imported', outcome: 'success' }, origin, now, about)})
    select username from made`.execute(db);
  return new Set(made.map(({ username }) => username));
}
