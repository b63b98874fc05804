import { type Catalogue, type Covered, rowsOf, standards } from './requirement.ts';

/** The text of the column `tests`: where the tests are, or their result. */
export type Cell = (one: Covered) => string;

/** The table of the requirements with their tests, as lines of Markdown. */
export function drawRequirements(covered: readonly Covered[], cell: Cell): readonly string[] {
  return [
    '| id | | requirement | tests |',
    '|---|---|---|---|',
    ...covered.map((one) => `| ${one.id} | ${one.priority} | ${one.says} | ${cell(one)} |`),
  ];
}

/** The status of a standard's item, from the requirements that refer to it. */
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
