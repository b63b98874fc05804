import { keyIn, type PageRequest, pageOf } from '../../lib/page.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { noSuchUser } from '../users/user-faults.ts';
import { findUser } from '../users/user-store.ts';
import { type EverBound, listEverBound, type PageEnd } from './former-factor-store.ts';

export type FactorHistory = {
  readonly factors: readonly EverBound[];
  readonly nextCursor: string | null;
};

/**
 * Every factor that is or was bound to an account, with when and why it was removed (NIST SP 800-63B-4 4.1). No
 * secrets. Throws 404 if there is no such user.
 */
export async function readFactorHistory(
  { db }: Pick<Deps, 'db'>,
  userId: string,
  { limit, cursor }: PageRequest,
): Promise<FactorHistory> {
  const after = pageEndIn(cursor);
  if (!(await findUser(db, userId))) throw noSuchUser();
  const found = await listEverBound(db, userId, { after, limit: limit + 1 });
  const { rows: factors, nextCursor } = pageOf(
    found,
    limit,
    ({ boundAt, id }) => `${boundAt.getTime()} ${id}`,
  );
  return { factors, nextCursor };
}

function pageEndIn(cursor: string | undefined): PageEnd | null {
  if (cursor === undefined) return null;
  const [time, id = ''] = keyIn(cursor, /^(\d{1,15}) ([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/);
  return { boundAt: new Date(Number(time)), id };
}
