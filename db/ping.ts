import { sql } from 'kysely';
import type { Db } from './connect.ts';

type State = { readonly mode: string; readonly time: Date };

/**
 * One round trip to see whether the database answers, and takes writes. Throws where it does not. Gives the time by its
 * clock, which nothing is decided by: see src/api/operations/clock-check.ts.
 */
export async function ping(db: Db): Promise<Date> {
  const { rows } = await sql<State>`
    select current_setting('transaction_read_only') as mode, statement_timestamp() as time`.execute(db);
  const [state] = rows;
  if (!state) throw new Error('A row is always answered');
  if (state.mode === 'on') throw Object.assign(new Error('It takes no writes'), { code: '25006' });
  return state.time;
}
