import type { Db } from '../../../db/connect.ts';
import { nameOf } from '../audit/name-store.ts';

/** With what its user and its owner are called now; null where there is no such user any more. */
export type NamedExemption = Exemption & { readonly username: string; readonly ownerName: string | null };

export type Exemption = {
  readonly id: string;
  readonly userId: string;
  readonly ownerId: string;
  readonly reason: string;
  readonly createdAt: Date;
  readonly endsAt: Date;
};

export async function insertExemption(tx: Db, exemption: Exemption): Promise<void> {
  await tx.insertInto('exemptions').values(exemption).execute();
}

/** Those in force, next to end first; of one user, or of all. */
export async function findExemptions(db: Db, now: Date, userId?: string): Promise<readonly NamedExemption[]> {
  return db
    .selectFrom('exemptions')
    .innerJoin('users', 'users.id', 'exemptions.userId')
    .select(['exemptions.id', 'exemptions.userId', 'ownerId', 'reason', 'exemptions.createdAt', 'endsAt'])
    .select(['users.username', nameOf('exemptions.ownerId').as('ownerName')])
    .where('endedAt', 'is', null)
    .where('endsAt', '>', now)
    .$if(userId !== undefined, (query) => query.where('exemptions.userId', '=', userId ?? ''))
    .orderBy('endsAt')
    .limit(1_000)
    .execute();
}

/** Gives whose it was; nothing where it has ended already, or never was. */
export async function endExemption(tx: Db, id: string, now: Date): Promise<string | undefined> {
  const ended = await tx
    .updateTable('exemptions')
    .set({ endedAt: now })
    .where('id', '=', id)
    .where('endedAt', 'is', null)
    .where('endsAt', '>', now)
    .returning('userId')
    .executeTakeFirst();
  return ended?.userId;
}
