import type { Db } from './connect.ts';
import { retryOnConflict } from './retry.ts';

/**
 * All of the work or nothing, and once more from its beginning where PostgreSQL gave it up in favour of another (a
 * deadlock, a serialization failure): nothing of it has happened then. So the work does nothing but ask `tx`.
 */
export async function inTransaction<Result>(db: Db, work: (tx: Db) => Promise<Result>): Promise<Result> {
  return retryOnConflict(() => db.transaction().execute(work));
}
