import type { Db } from '../../../db/connect.ts';
import { nameOf } from '../audit/name-store.ts';

/** An exemption with the present names of its user and owner. `ownerName` is null if the owner's account is gone. */
export type NamedExemption = Exemption & { readonly username: string; readonly ownerName: string | null };

export type Exemption = {
  readonly id: string;
  readonly userId: string;
  readonly ownerId: string;
  readonly reason: string;
  readonly createdAt: Date;
  readonly endsAt: Date;
  readonly approvedBy: string | null;
};

export async function insertExemption(tx: Db, exemption: Exemption): Promise<void> {
  await tx.insertInto('exemptions').values(exemption).execute();
}

/** The exemptions in force, of one user or of all. The one that ends next comes first. */
export async function findExemptions(db: Db, now: Date, userId?: string): Promise<readonly NamedExemption[]> {
  return db
    .selectFrom('exemptions')
    .innerJoin('users', 'users.id', 'exemptions.userId')
    .select(['exemptions.id', 'exemptions.userId', 'ownerId', 'reason', 'exemptions.createdAt', 'endsAt'])
    .select('approvedBy')
    .select(['users.username', nameOf('exemptions.ownerId').as('ownerName')])
    .where('endedAt', 'is', null)
    .where('endsAt', '>', now)
    .$if(userId !== undefined, (query) => query.where('exemptions.userId', '=', userId ?? ''))
    .orderBy('endsAt')
    .limit(1_000)
    .execute();
}

/** Returns the id of the user; undefined if the exemption has ended already or never existed. */
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
