import { sql } from 'kysely';
import { type Db, serviceRole } from './connect.ts';

export async function enterRole(db: Db): Promise<void> {
  await sql`set role ${sql.id(serviceRole)}`.execute(db);
}

/** Throws if the connection could change or remove audit records (PCI DSS 10.3.2, OWASP ASVS 16.4.2). */
export async function assertRole(db: Db): Promise<void> {
  const [row] = (await whatWeMay(db)).rows;
  if (!row || row.may)
    throw new Error(
      `The database allows ${row?.name} to change the audit. Revoke update, delete and truncate on audit_events and audit_seals from ${serviceRole}.`,
    );
}

function whatWeMay(db: Db) {
  return sql<{ name: string; may: boolean }>`
    select current_user as name, has_any_column_privilege('audit_events', 'update')
      or has_table_privilege('audit_events', 'delete') or has_table_privilege('audit_events', 'truncate')
      or has_any_column_privilege('audit_seals', 'update') or has_table_privilege('audit_seals', 'delete')
      or has_table_privilege('audit_seals', 'truncate') as may`.execute(db);
}
