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

/** What is said of an item that these requirements lead to. */
export type StatusOf = (requirements: readonly Covered[]) => string;

export function drawStandards(
  catalogue: Catalogue,
  covered: readonly Covered[],
  statusOf: StatusOf,
): readonly string[] {
  return standards.flatMap(({ key, name }) => [
    '',
    `## ${name}`,
    '',
    '| | by | | what it is about |',
    '|---|---|---|---|',
    ...rowsOf(key, catalogue, covered).map(({ id, title, note, requirements }) => {
      const ids = requirements.map((one) => one.id).join(', ');
      return `| ${id} | ${ids} | ${note || statusOf(requirements)} | ${title} |`;
    }),
  ]);
}
