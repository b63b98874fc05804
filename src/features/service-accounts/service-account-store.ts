import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { ServiceAccount, ServiceCredential } from '../../domain/service-accounts/service-account.ts';

export type NewServiceAccount = Omit<ServiceAccount, 'status' | 'version'>;
export type StoredAccount = ServiceAccount & { readonly credentials: readonly ServiceCredential[] };

/** False if the name is taken. */
export async function insertServiceAccount(db: Db, account: NewServiceAccount): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('serviceAccounts')
    .values({ ...account, scopes: [...account.scopes], networks: [...account.networks] })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

const columns = [
  ...(['id', 'name', 'owner', 'description', 'scopes', 'networks'] as const),
  ...(['enabledFrom', 'enabledUntil', 'status', 'createdAt', 'version'] as const),
] as const;

const credentialColumns = [
  ...(['id', 'kind', 'secretHash', 'publicJwk', 'thumbprint'] as const),
  ...(['createdAt', 'expiresAt', 'revokedAt', 'lastUsedAt'] as const),
] as const;

/** Locks the account until the transaction ends, so that changes are made one after the other. */
export async function lockServiceAccount(tx: Db, id: string): Promise<ServiceAccount | undefined> {
  return tx.selectFrom('serviceAccounts').select(columns).where('id', '=', id).forUpdate().executeTakeFirst();
}

/** A page of the accounts in the order of their names. It begins after the name `after`. */
export async function findServiceAccounts(
  db: Db,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<readonly StoredAccount[]> {
  const accounts = await db
    .selectFrom('serviceAccounts')
    .select(columns)
    .$if(page.after !== undefined, (query) => query.where('name', '>', page.after ?? ''))
    .orderBy('name')
    .limit(page.limit)
    .execute();
  const ids = accounts.map(({ id }) => id);
  const credentials = await db
    .selectFrom('serviceCredentials')
    .select(credentialColumns)
    .select('accountId')
    .where('accountId', '=', sql<string>`any(${ids}::uuid[])`)
    .orderBy('createdAt')
    .execute();
  return accounts.map((account) => ({
    ...account,
    credentials: credentials.filter(({ accountId }) => accountId === account.id),
  }));
}

export async function findServiceAccount(db: Db, id: string): Promise<StoredAccount | undefined> {
  const account = await db
    .selectFrom('serviceAccounts')
    .select(columns)
    .where('id', '=', id)
    .executeTakeFirst();
  return account && { ...account, credentials: await findCredentials(db, id) };
}

export async function findCredentials(db: Db, accountId: string): Promise<readonly ServiceCredential[]> {
  return db
    .selectFrom('serviceCredentials')
    .select(credentialColumns)
    .where('accountId', '=', accountId)
    .orderBy('createdAt')
    .execute();
}

/** The caller must have locked the account. */
export async function saveServiceAccount(tx: Db, account: ServiceAccount): Promise<void> {
  const { id, description, owner, enabledFrom, enabledUntil, status, version } = account;
  await tx
    .updateTable('serviceAccounts')
    .set({ owner, description, enabledFrom, enabledUntil, status, version })
    .set({ scopes: [...account.scopes], networks: [...account.networks] })
    .where('id', '=', id)
    .execute();
}

export async function insertCredential(
  tx: Db,
  accountId: string,
  { publicJwk, ...credential }: Omit<ServiceCredential, 'revokedAt' | 'lastUsedAt'>,
): Promise<void> {
  await tx
    .insertInto('serviceCredentials')
    .values({ ...credential, accountId, publicJwk: publicJwk && JSON.stringify(publicJwk) })
    .execute();
}

/** False if the account has no such credential, or if it is revoked already. */
export async function saveRevocation(
  tx: Db,
  accountId: string,
  credentialId: string,
  now: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('serviceCredentials')
    .set({ revokedAt: now })
    .where('id', '=', credentialId)
    .where('accountId', '=', accountId)
    .where('revokedAt', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
