import { sql } from 'kysely';
import { type Db, serviceRole } from './connect.ts';
import { inTransaction } from './in-transaction.ts';

type Missing = { readonly object: string; readonly statement: string };

/** Tables on which the service has other rights than to read and write rows. The migrations give the reasons. */
export const fewerRights: Readonly<Record<string, readonly string[]>> = {
  area_versions: ['select', 'insert'],
  audit_cut: ['select'],
  audit_events: ['select'], // and insert, in the columns below
  audit_logs: ['select'],
  audit_seals: ['select', 'insert'],
  former_factors: ['select', 'insert'], // and update, of the columns below
  kysely_migration: ['select'],
  kysely_migration_lock: ['select'],
};
const allRights = ['select', 'insert', 'update', 'delete'];
/** Tables in which the service may write some columns only. */
const columnRights = [
  {
    table: 'audit_events',
    right: 'insert',
    columns:
      'at, type, outcome, user_id, actor_id, area, method, factor_id, session_id, request_id, ip, user_agent, detail',
  },
  { table: 'former_factors', right: 'update', columns: 'label, hint, removed_by' },
] as const;
const cutAudit = 'cut_audit(bigint, timestamptz, text, text)';

/**
 * Grants the service the rights that it lacks. A backup may have been restored without them, and by another owner. It
 * revokes only one right: PostgreSQL allows everybody to execute a new function, and `cut_audit` runs as the owner.
 * Throws if rights are missing and this login may not grant them.
 */
export async function assertRights(db: Db, mayGive: boolean): Promise<void> {
  const missing = await missingRights(db);
  if (missing.length === 0) return;
  if (!mayGive) {
    const objects = [...new Set(missing.map(({ object }) => object))];
    const which = objects.length > 3 ? `${objects.slice(0, 3).join(', ')} and others` : objects.join(', ');
    throw new Error(
      `The role ${serviceRole} lacks rights on ${which}. Run \`sallyport migrate\` as the owner, with MIGRATION_DATABASE_URL.`,
    );
  }
  await inTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('sallyport rights'))`.execute(tx); // two at once would fail
    for (const { statement } of await missingRights(tx)) await sql.raw(statement).execute(tx);
  });
}

async function missingRights(db: Db): Promise<readonly Missing[]> {
  const tables = Object.entries(fewerRights).map(([name, rights]) => sql`(${name}, ${[...rights]}::text[])`);
  const parts = columnRights.map(
    ({ table, right, columns }) => sql`(${table}::text, ${right}::text, ${columns}::text)`,
  );
  const role = serviceRole;
  const { rows } = await sql<Missing>`
    with home as (
      select n.oid, quote_ident(n.nspname) as name, c.relowner as owner
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = 'kysely_migration'::regclass
    ), fewer (name, rights) as (values ${sql.join(tables)}), part (name, may, columns) as (values ${sql.join(parts)})
    select 'the schema ' || name as object, format('grant usage on schema %s to ${sql.raw(role)}', name) as statement
      from home where not has_schema_privilege(${role}, oid, 'usage')
    union all
    select c.relname, format('grant %s on %s.%I to ${sql.raw(role)}', p, home.name, c.relname)
      from home join pg_class c on c.relnamespace = home.oid and c.relowner = home.owner and c.relkind in ('r', 'p', 'v')
        left join fewer on fewer.name = c.relname, unnest(coalesce(fewer.rights, ${allRights}::text[])) p
      where not has_table_privilege(${role}, c.oid, p)
    union all
    select part.name, format('grant %s (%s) on %s.%I to ${sql.raw(role)}', may, columns, home.name, part.name)
      from home, part where exists (select from unnest(string_to_array(columns, ', ')) c
        where not has_column_privilege(${role}, part.name, c, may))
    union all
    select 'audit_events_seq_seq', format('grant select on sequence %s.audit_events_seq_seq to ${sql.raw(role)}', home.name)
      from home where not has_sequence_privilege(${role}, 'audit_events_seq_seq', 'select')
    union all
    select 'cut_audit', format('grant execute on function %s.${sql.raw(cutAudit)} to ${sql.raw(role)}', home.name)
      from home join pg_proc f on f.oid = ${cutAudit}::regprocedure, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
      group by home.name having not bool_or(a.grantee = ${role}::regrole)
    union all
    select 'cut_audit', format('revoke execute on function %s.${sql.raw(cutAudit)} from public', home.name)
      from home join pg_proc f on f.oid = ${cutAudit}::regprocedure, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
      group by home.name having bool_or(a.grantee = 0)
    union all
    select 'later tables', format('alter default privileges for role %s in schema %s grant ${sql.raw(allRights.join(', '))} on tables to ${sql.raw(role)}',
        home.owner::regrole, home.name)
      from home where (select count(distinct a.privilege_type) from pg_default_acl d, aclexplode(d.defaclacl) a
        where d.defaclrole = home.owner and d.defaclnamespace = home.oid and d.defaclobjtype = 'r'
          and a.grantee = ${role}::regrole and lower(a.privilege_type) = any(${allRights}::text[])) < ${allRights.length}`.execute(
    db,
  );
  return rows;
}
