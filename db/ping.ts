import { sql } from 'kysely';
import type { Db } from './connect.ts';

/** One round trip to see whether the database answers. Throws where it does not. */
export async function ping(db: Db): Promise<void> {
  await sql`select 1`.execute(db);
}
