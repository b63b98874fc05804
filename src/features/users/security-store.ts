import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';

/** What was decided on the facts from before is granted no more. In the transaction of the change, before what it ends. */
export async function raiseSecurityVersion(tx: Db, userId: string): Promise<void> {
  await tx.updateTable('users').set({ securityVersion: raised }).where('id', '=', userId).execute();
}

/** For a change that writes the row anyway. */
export const raised = sql<number>`security_version + 1`;

/** The version of every user, in the same order. */
export async function raiseEverySecurityVersion(tx: Db): Promise<void> {
  await tx.updateTable('users').set({ securityVersion: raised }).execute();
}

/** Proofs that speak of a factor from before this moment are dead, and nothing is granted on what was read before. */
export async function markFactorsChanged(db: Db, userId: string, now: Date): Promise<void> {
  await db
    .updateTable('users')
    .set({ factorsChangedAt: now, securityVersion: raised })
    .where('id', '=', userId)
    .execute();
}
