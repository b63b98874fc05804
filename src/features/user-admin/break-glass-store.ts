import type { Db } from '../../../db/connect.ts';

export type NewShares = {
  readonly id: string;
  readonly secretHash: string;
  readonly shares: number;
  readonly needed: number;
  readonly madeAt: Date;
};

/** Stores a new set, and voids an earlier one that nobody has used. */
export async function replaceShares(tx: Db, set: NewShares): Promise<void> {
  await tx.deleteFrom('breakGlass').where('usedAt', 'is', null).execute();
  await tx.insertInto('breakGlass').values(set).execute();
}

/** Uses a set up. Of several concurrent calls, only one returns true. */
export async function redeemShares(tx: Db, secretHash: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('breakGlass')
    .set({ usedAt: now })
    .where('secretHash', '=', secretHash)
    .where('usedAt', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
