import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { LiveService } from '../../domain/service-accounts/service-principal.ts';
import type { ServiceTokenIds } from '../../platform/kernel/ports.ts';

/** The account and the credential that a service token depends on, as they are now, and whether it is revoked. */
export async function findLiveService(
  db: Db,
  { accountId, credentialId, tokenId }: ServiceTokenIds,
): Promise<LiveService | undefined> {
  const { rows } = await sql<LiveService>`
    select a.id as account_id, c.id as credential_id, a.name, a.scopes, a.networks, a.status, a.enabled_from, a.enabled_until,
      c.expires_at, c.revoked_at, exists (select from revoked_tokens where jti = ${tokenId}) as token_revoked
    from service_credentials c join service_accounts a on a.id = c.account_id
    where c.id = ${credentialId}::uuid and a.id = ${accountId}::uuid`.execute(db);
  return rows[0];
}

/** False if the token was revoked before. */
export async function insertRevokedToken(db: Db, jti: string, expiresAt: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('revokedTokens')
    .values({ jti, expiresAt })
    .onConflict((conflict) => conflict.column('jti').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

export const serviceChannel = 'sallyport_services';

/** Makes every instance forget what it cached about this account (PostgreSQL NOTIFY, on commit). */
export async function publishServiceChanged(db: Db, accountId: string): Promise<void> {
  await sql`select pg_notify(${serviceChannel}, ${accountId})`.execute(db);
}
