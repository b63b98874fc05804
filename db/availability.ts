import { sql } from 'kysely';
import type { Db } from './connect.ts';

/**
 * PostgreSQL's classes and codes, and those of the network, for: no connection, shutdown, too many clients, out of
 * resources, timeout, read-only. A deadlock or a serialization failure counts too, once retry.ts has given up.
 */
const codes =
  /^(08...|57P0[1-5]|57014|53...|25006|25P03|40001|40P01|55P03|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH)$/;
const messages =
  /timeout expired|timeout exceeded|Connection terminated|Query read timeout|PGlite is closed|not queryable|after calling end on the pool|driver has already been destroyed/i;

/** Whether the database cannot be reached or cannot work now. False if the statement itself is wrong. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  if (!(error instanceof Error)) return false;
  return ('code' in error && codes.test(String(error.code))) || messages.test(error.message);
}

type State = { readonly mode: string; readonly time: Date };

/**
 * One round trip that checks whether the database answers and takes writes. Throws if it does not. Returns the
 * database's time, for comparing the clocks only: see src/api/operations/readiness.ts.
 */
export async function ping(db: Db): Promise<Date> {
  const { rows } = await sql<State>`
    select current_setting('transaction_read_only') as mode, statement_timestamp() as time`.execute(db);
  const [state] = rows;
  if (!state) throw new Error('The query returned no row');
  if (state.mode === 'on') throw Object.assign(new Error('The database is read-only'), { code: '25006' });
  return state.time;
}
