import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';

export type NewNotMeLink = {
  readonly tokenHash: string;
  readonly username: string;
  readonly notice: string;
  /** When the letter was written. An account of this name that was made later gets no link. */
  readonly writtenAt: Date;
  readonly now: Date;
  readonly expiresAt: Date;
};

export async function insertNotMeLink(db: Db, link: NewNotMeLink): Promise<void> {
  const { tokenHash, username, notice, writtenAt, now: createdAt, expiresAt } = link;
  const owner = await db
    .selectFrom('users')
    .select('id')
    .where('username', '=', username)
    .where('createdAt', '<=', writtenAt)
    .executeTakeFirst();
  if (!owner) return;
  await db
    .insertInto('notMeLinks')
    .values({ tokenHash, userId: owner.id, notice, createdAt, expiresAt })
    .onConflict((conflict) => conflict.doNothing()) // a letter to several addresses, or sent once more
    .execute();
}

/** Whose link this is. It stays valid. */
export async function findNotMeLink(db: Db, tokenHash: string, now: Date) {
  return db
    .selectFrom('notMeLinks')
    .innerJoin('users', 'users.id', 'notMeLinks.userId')
    .select(['users.id', 'users.username'])
    .where('tokenHash', '=', tokenHash)
    .where('expiresAt', '>', now)
    .executeTakeFirst();
}

/** The id of the user whom the token of a letter protects, as SQL: by a link, or by what the token stops. */
export function protectedBy(tokenHash: string) {
  return sql<string>`(
    select user_id from not_me_links where token_hash = ${tokenHash}
    union all select user_id from approvals where stop_hash = ${tokenHash}
    union all select user_id from recoveries where stop_hashes @> array[${tokenHash}]::text[] limit 1)`;
}

/** Uses a link up, with all others of the account. Of several concurrent calls, only one gets the account. */
export async function redeemNotMeLink(tx: Db, tokenHash: string, now: Date) {
  const used = await tx
    .deleteFrom('notMeLinks')
    .where('tokenHash', '=', tokenHash)
    .where('expiresAt', '>', now)
    .returning(['userId', 'notice'])
    .executeTakeFirst();
  if (used) await tx.deleteFrom('notMeLinks').where('userId', '=', used.userId).execute();
  return used;
}
