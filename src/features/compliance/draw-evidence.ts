import { drawRequirements, drawStandards } from '../../domain/compliance/draw-compliance.ts';
import { drawChecked } from '../../domain/compliance/draw-controls.ts';
import {
  type Attack,
  type Catalogue,
  type Covered,
  type NamedTest,
  type Result,
  type Tested,
  titleOf,
} from '../../domain/compliance/requirement.ts';
import type { MeasuredRegulation } from './measure-controls.ts';
import type { measureCoverage } from './measure-coverage.ts';
import type { TestRun } from './read-results.ts';

type Coverage = Awaited<ReturnType<typeof measureCoverage>>;

export function drawCoverage({ areas, adoption, rollout }: Coverage, now: Date): string {
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
    ...drawRollout(rollout),
    '',
    '| area | MFA | least level | may log in | have a factor | | by method |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    ...(rows.length === 0
      ? ['', 'No area has a policy yet: the service has not started on this database.']
      : []),
  ]);
}

function drawRollout({ phase, since, enforced, graceDays }: Coverage['rollout']): readonly string[] {
  const from = since ? `since ${since.toISOString()}` : 'from the beginning';
  const asked = enforced.map(({ who, since: at }) => `${who} since ${at.toISOString()}`).join(', ');
  return [
    `The rollout is in the phase ${phase}, ${from}. Must have one: ${asked || 'nobody, by the rollout'}. Grace: ${graceDays} days.`,
  ];
}

export function drawResults(catalogue: Catalogue, covered: readonly Covered[], run: TestRun | null): string {
  const cell = (one: Covered) => {
    if (one.tests.length > 0) return count(one);
    return one.deliberatelyNot ?? (run ? 'no test' : 'no run was given');
  };
  return page([
    ...drawRun('Requirements', run),
    '',
    ...drawRequirements(covered, cell),
    ...(run ? drawStandards(catalogue, covered, statusOf) : []),
  ]);
}

/** Each regulation that a preset is named after, with what this installation has set. */
export function drawControls(
  regulations: readonly MeasuredRegulation[],
  covered: readonly Covered[],
  run: TestRun | null,
): string {
  const testsOf = ({ tests }: { readonly tests: readonly string[] }) =>
    tests.map((id) => (run ? `${id} ${covered.find((one) => one.id === id)?.result ?? ''}` : id)).join(', ');
  const parts = regulations.flatMap(({ preset, name, edition, followedBy, controls }) => [
    ...['', `## Preset ${preset}: ${name}, ${edition}`, ''],
    followedBy.length > 0
      ? `Followed by ${followedBy.join(', ')}. ${shortOf(controls)}`
      : 'No area follows this preset. The table says what would be missing.',
    '',
    ...drawChecked(controls, testsOf),
  ]);
  return page([
    ...drawRun('Controls', run),
    '',
    ...[
      '`met`: the settings meet it. `in part`: the operator must do more. `not by this service`: the operator must do all of it.',
    ],
    ...parts,
  ]);
}

function shortOf(controls: MeasuredRegulation['controls']): string {
  const short = controls.filter(({ state }) => state === 'not met').map(({ id }) => id);
  return short.length === 0 ? 'No setting falls short.' : `Settings fall short of: ${short.join('; ')}.`;
}

export function drawAttacks({ titles }: Catalogue, attacks: readonly Attack[], run: TestRun | null): string {
  const rows = attacks.map((one) => {
    const files = [...new Set(one.tests.map(({ file }) => file))].join(', ');
    const title = titleOf(titles.attacks, one.id);
    return `| ${one.id} | ${run ? count(one) : 'no run was given'} | ${files} | ${title} |`;
  });
  return page([
    ...drawRun('Attacks', run),
    '',
    '| | | tests | what it tries |',
    '|---|---|---|---|',
    ...rows,
  ]);
}

function drawRun(what: string, run: TestRun | null): readonly string[] {
  if (!run) return [`# ${what}`];
  const { failed, notRun, passed } = sumUp(run.tests);
  const broken = run.brokenFiles.length === 0 ? [] : ['', `Failed as files: ${run.brokenFiles.join(', ')}.`];
  return [
    `# ${what} and the tests that ran on ${run.at.toISOString()}`,
    '',
    `${run.tests.length} tests: ${passed} passed, ${failed} failed, ${notRun} did not run. Below, a file counts as one that did not run`,
    'if the report has none of its tests.',
    ...broken,
  ];
}

export function sumUp(tests: readonly NamedTest[]) {
  const of = (wanted: boolean | null) => tests.filter(({ passed }) => passed === wanted).length;
  return { passed: of(true), failed: of(false), notRun: of(null) };
}

function count({ result, tests }: Tested): string {
  return `${result}: ${sumUp(tests).passed} of ${tests.length}`;
}

const worse: readonly Result[] = ['failed', 'not run', 'passed in part', 'not covered'];

/** For an item that several requirements lead to: the requirements that have not passed in full, or `passed`. */
function statusOf(requirements: readonly Covered[]): string {
  const shortfalls = worse.flatMap((wanted) => {
    const ids = requirements.filter(({ result }) => result === wanted).map(({ id }) => id);
    return ids.length > 0 ? [`${wanted}: ${ids.join(', ')}`] : [];
  });
  return shortfalls.length > 0 ? shortfalls.join('; ') : 'passed';
}

function page(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
