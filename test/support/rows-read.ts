import pg from 'pg';
import { expect, vi } from 'vitest';
import { connectPostgres, type Database } from '../../db/connect.ts';
import { rowsOfKeptPlan } from './kept-plan.ts';

/**
 * How many rows the nodes of a plan read together, for the one statement of `work` that contains `text`. PostgreSQL uses
 * the plan that it would keep. No clock is asked, so a busy machine changes nothing.
 */
export async function rowsRead(
  url: string,
  text: string,
  work: (own: Database) => Promise<unknown>,
): Promise<number> {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  const own = connectPostgres(url, 1);
  await work(own);
  await own.close();
  const asked = query.mock.calls.map(([one]) => one as unknown as pg.QueryConfig);
  query.mockRestore();
  const found = asked.filter((one) => one.text?.includes(text));
  expect(found).toHaveLength(1);
  return rowsOfKeptPlan(url, found[0]?.text ?? '', found[0]?.values);
}
