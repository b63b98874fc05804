import type { Db } from './connect.ts';
import { retryOnConflict } from './retry.ts';

/**
 * Runs all of `work` in a transaction, or nothing of it. After a deadlock or a serialization failure it runs `work`
 * again from the beginning. So `work` must have no effect except through `tx`.
 */
export async function inTransaction<Result>(db: Db, work: (tx: Db) => Promise<Result>): Promise<Result> {
  return retryOnConflict(() => db.transaction().execute(work));
}
