import { type Catalogue, type Covered, type Result, rowsOf, standards } from './requirement.ts';

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
  const having = (wanted: Result) =>
    requirements.filter(({ result }) => result === wanted).map(({ id }) => id);
  const [failed, open, notRun] = [having('failed'), having('not covered'), having('not run')];
  if (failed.length > 0) return `failed: ${failed.join(', ')}`;
  if (open.length > 0) return `no test: ${open.join(', ')}`;
  return notRun.length > 0 ? 'tested' : 'passed';
}
