import pg from 'pg';
import { expect, vi } from 'vitest';
import { connectPostgres, type Database } from '../../db/connect.ts';

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
  return rowsOfKeptPlan(url, found[0]?.text ?? '', found[0]?.values ?? []);
}

async function rowsOfKeptPlan(url: string, text: string, values: readonly unknown[]): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const given = values.length
      ? `(${values.map((value) => pg.escapeLiteral(writtenAs(value))).join(', ')})`
      : '';
    await client.query('set plan_cache_mode = force_generic_plan');
    await client.query(`prepare listed as ${text}`);
    const { rows } = await client.query(`explain (analyze, timing off, format json) execute listed${given}`);
    return rowsOf(rows[0]['QUERY PLAN'][0].Plan);
  } finally {
    await client.end();
  }
}

type PlanNode = {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
};

function rowsOf(node: PlanNode): number {
  const here = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
  return (node.Plans ?? []).reduce((sum, plan) => sum + rowsOf(plan), here);
}

function writtenAs(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
