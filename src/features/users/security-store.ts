import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';

/**
 * Prevents grants that were decided on earlier facts. Call it in the transaction of the change, before the sessions
 * and other grants are ended.
 */
export async function raiseSecurityVersion(tx: Db, userId: string): Promise<void> {
  await tx.updateTable('users').set({ securityVersion: raised }).where('id', '=', userId).execute();
}

/** For a statement that updates the row anyway. */
export const raised = sql<number>`security_version + 1`;

/** Raises the version of every user. Call it in the same order as raiseSecurityVersion. */
export async function raiseEverySecurityVersion(tx: Db): Promise<void> {
  await tx.updateTable('users').set({ securityVersion: raised }).execute();
}

/** Invalidates proofs from before `now`, and prevents grants that were decided on earlier facts. */
export async function markFactorsChanged(db: Db, userId: string, now: Date): Promise<void> {
  await db
    .updateTable('users')
    .set({ factorsChangedAt: now, securityVersion: raised })
    .where('id', '=', userId)
    .execute();
}
