import { connectPostgres, type Db } from '../../db/connect.ts';

/** Writes many rows as the owner, on a connection whose statements have no time limit. */
export async function fillDatabase(url: string | null, write: (owner: Db) => Promise<void>): Promise<void> {
  const { db, close } = connectPostgres(url ?? '', 1, { migrates: true });
  await write(db).finally(close);
}
