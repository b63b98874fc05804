import { type Catalogue, type Covered, rowsOf, standards } from './requirement.ts';

/** What stands in the column of tests: where they are, or how they went. */
export type Cell = (one: Covered) => string;

/** The requirements beside their tests, then each standard's own items beside the requirements. */
export function drawRequirements(covered: readonly Covered[], cell: Cell): readonly string[] {
  return [
    '| id | | requirement | tests |',
    '|---|---|---|---|',
    ...covered.map((one) => `| ${one.id} | ${one.priority} | ${one.says} | ${cell(one)} |`),
  ];
}

export function drawStandards(catalogue: Catalogue, covered: readonly Covered[]): readonly string[] {
  return standards.flatMap(({ key, name }) => [
    '',
    `## ${name}`,
    '',
    '| | by | |',
    '|---|---|---|',
    ...rowsOf(key, catalogue, covered).map(({ id, note, requirements }) => {
      const ids = requirements.map((one) => one.id).join(', ');
      return `| ${id} | ${ids} | ${note || standing(requirements)} |`;
    }),
  ]);
}

/** Of an item that several requirements lead to, the worst that is known of one of them. */
function standing(requirements: readonly Covered[]): string {
  const results = new Set(requirements.map(({ result }) => result));
  for (const one of ['failed', 'not covered', 'not run'] as const) {
    const which = requirements.filter(({ result }) => result === one).map(({ id }) => id);
    if (which.length > 0 && one === 'not run') return 'tested';
    if (which.length > 0) return `${one}: ${which.join(', ')}`;
  }
  return results.size === 0 ? '' : 'passed';
}
