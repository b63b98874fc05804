import { sql } from 'kysely';
import type { Db } from './connect.ts';

/** One round trip to see whether the database answers, and takes writes. Throws where it does not. */
export async function ping(db: Db): Promise<void> {
  const { rows } = await sql<{
    mode: string;
  }>`select current_setting('transaction_read_only') as mode`.execute(db);
  if (rows[0]?.mode === 'on')
    throw Object.assign(new Error('A standby, or told to refuse writes'), { code: '25006' });
}
