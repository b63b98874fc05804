import { serviceAccountNotFound } from '../../domain/service-accounts/service-problems.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { findServiceAccount, findServiceAccounts, type StoredAccount } from './service-account-store.ts';

export type AccountPage = { readonly accounts: readonly StoredAccount[]; readonly next: string | null };

/** A page of the accounts by name. `next` is the name to continue after; null on the last page. */
export async function listServiceAccounts(
  { db }: Pick<Deps, 'db'>,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<AccountPage> {
  const found = await findServiceAccounts(db, { after, limit: limit + 1 });
  const accounts = found.slice(0, limit);
  return { accounts, next: found.length > limit ? (accounts.at(-1)?.name ?? null) : null };
}

/** Throws 404 if there is no such account. */
export async function showServiceAccount({ db }: Pick<Deps, 'db'>, id: string): Promise<StoredAccount> {
  const found = await findServiceAccount(db, id);
  if (!found) throw serviceAccountNotFound();
  return found;
}
