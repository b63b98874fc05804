import { keyIn, type PageRequest, pageOf } from '../../lib/page.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { type ActivityEvent, findActivity } from './event-store.ts';

export type OwnActivity = {
  readonly entries: readonly ActivityEvent[];
  readonly nextCursor: string | null;
};

/**
 * What happened to an account, newest first, for its owner. It shows that the helpdesk acted, but not who. Throws 400
 * for a wrong cursor.
 */
export async function readOwnActivity(
  { db }: Pick<Deps, 'db'>,
  userId: string,
  { limit, cursor }: PageRequest,
): Promise<OwnActivity> {
  const before = cursor === undefined ? null : Number(keyIn(cursor, /^(\d{1,16})$/)[0]);
  const found = await findActivity(db, userId, { limit: limit + 1, before });
  const { rows: entries, nextCursor } = pageOf(found, limit, ({ seq }) => String(seq));
  return { entries, nextCursor };
}
