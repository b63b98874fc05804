import { drawRequirements, drawStandards } from './core/draw-compliance.ts';
import type { Catalogue, Covered } from './core/requirement.ts';
import type { measureCoverage } from './measure-coverage.ts';
import type { TestRun } from './read-results.ts';

type Coverage = Awaited<ReturnType<typeof measureCoverage>>;

export function drawCoverage({ areas, adoption }: Coverage, now: Date): string {
  const share = (part: number, of: number) => (of === 0 ? '–' : `${((part / of) * 100).toFixed(1)} %`);
  const rows = areas.map(({ area, mfa, minLevel, users, enrolled, byMethod }) => {
    const methods = byMethod.map(({ method, users: count }) => `${method} ${count}`).join(', ');
    return `| ${area} | ${mfa} | ${minLevel} | ${users} | ${enrolled} | ${share(enrolled, users)} | ${methods} |`;
  });
  return page([
    `# Who has a second factor, ${now.toISOString()}`,
    '',
    `${adoption.enrolled} of ${adoption.users} active users have one. In grace: ${adoption.grace.inGrace}; past it: ${adoption.grace.ended}.`,
    '',
    '| area | MFA | least level | may log in | have a factor | | by method |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    ...(rows.length === 0
      ? ['', 'No area has a policy yet: the service has not started on this database.']
      : []),
  ]);
}

export function drawResults(catalogue: Catalogue, covered: readonly Covered[], run: TestRun | null): string {
  const cell = ({ tests, result, deliberatelyNot }: Covered) => {
    const passed = tests.filter((one) => one.passed).length;
    if (tests.length > 0) return `${result}: ${passed} of ${tests.length}`;
    return deliberatelyNot ?? (run ? 'no test in this run' : 'no run was given');
  };
  return page([
    `# Requirements and the tests that ran${run ? ` on ${run.at.toISOString()}` : ''}`,
    '',
    ...drawRequirements(covered, cell),
    ...(run ? drawStandards(catalogue, covered) : []),
  ]);
}

function page(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
