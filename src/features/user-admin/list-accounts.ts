import { keyIn, type PageRequest, pageOf } from '../../lib/page.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { type Filter, findAccounts } from '../users/account-store.ts';

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
  const after = nameIn(cursor);
  const found = await findAccounts(db, filter, { after, most: limit + 1 }, new Date());
  const { rows: accounts, nextCursor } = pageOf(found, limit, ({ username }) => username);
  return { accounts, nextCursor };
}

function nameIn(cursor: string | undefined): string {
  if (cursor === undefined) return '';
  const [name = ''] = keyIn(cursor, /^([\x21-\x7e]{1,128})$/, '#/cursor');
  return name;
}
