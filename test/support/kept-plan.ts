import pg from 'pg';

type PlanNode = {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
};

/**
 * How many rows all nodes of a statement's generic plan read. No clock is asked, so a busy machine changes nothing. What
 * the statement writes is undone.
 */
export async function rowsOfKeptPlan(
  url: string | null,
  text: string,
  values: readonly unknown[] = [],
): Promise<number> {
  const client = new pg.Client({ connectionString: url ?? '' });
  await client.connect();
  try {
    const given = values.length ? `(${values.map(literal).join(', ')})` : '';
    await client.query('begin');
    await client.query('set local plan_cache_mode = force_generic_plan');
    await client.query(`prepare kept as ${text}`);
    const { rows } = await client.query(`explain (analyze, timing off, format json) execute kept${given}`);
    await client.query('rollback');
    return rowsOf(rows[0]['QUERY PLAN'][0].Plan);
  } finally {
    await client.end();
  }
}

function rowsOf(node: PlanNode): number {
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const here = (node['Actual Rows'] + removed) * node['Actual Loops'];
  return (node.Plans ?? []).reduce((sum, plan) => sum + rowsOf(plan), here);
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof Date) return pg.escapeLiteral(value.toISOString());
  if (Array.isArray(value))
    return pg.escapeLiteral(`{${value.map((one) => JSON.stringify(String(one))).join(',')}}`);
  return pg.escapeLiteral(String(value));
}
