import pg from 'pg';
import { expect, vi } from 'vitest';
import { connectPostgres, type Database } from '../../db/connect.ts';
import { rowsOfKeptPlan } from './kept-plan.ts';

/**
 * How many rows the nodes of the plans read together, for the statements of `work` that contain `text`. PostgreSQL uses
 * the plans that it would keep. No clock is asked, so a busy machine changes nothing.
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
  const asked = query.mock.calls.map(([one]) => {
    const statement = one as unknown as string | pg.QueryConfig;
    return typeof statement === 'string' ? { text: statement, values: [] } : statement;
  });
  query.mockRestore();
  const found = asked.filter((one) => one.text?.includes(text));
  expect(found.length).toBeGreaterThan(0);
  let rows = 0;
  for (const { text: statement, values } of found) rows += await rowsOfKeptPlan(url, statement, values);
  return rows;
}
