import { invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { type Filter, findAccounts } from '../users/account-store.ts';

export type PageRequest = { readonly limit: number; readonly cursor: string | undefined };

/**
 * A page of accounts, by name. The cursor is the last name of the previous page, so that added or deleted accounts
 * shift no page.
 */
export async function listAccounts(
  { db }: Pick<Deps, 'db'>,
  filter: Filter,
  { limit, cursor }: PageRequest,
): Promise<{
  readonly accounts: Awaited<ReturnType<typeof findAccounts>>;
  readonly nextCursor: string | null;
}> {
  const found = await findAccounts(db, filter, nameIn(cursor), new Date());
  const accounts = found.slice(0, limit);
  const last = accounts.at(-1);
  const nextCursor = found.length > limit && last ? Buffer.from(last.username).toString('base64url') : null;
  return { accounts, nextCursor };
}

function nameIn(cursor: string | undefined): string {
  if (cursor === undefined) return '';
  const name = Buffer.from(cursor, 'base64url').toString();
  if (!/^[\x21-\x7e]{1,128}$/.test(name))
    throw invalidField('#/cursor', 'Must be the next_cursor of the previous page');
  return name;
}
