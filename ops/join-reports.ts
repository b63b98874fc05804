import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * node ops/join-reports.ts FOLDER: joins what the suites of one run left in FOLDER. SUITE.tests.json is the report of
 * vitest run --reporter=json, and SUITE/coverage-final.json that of --coverage.reporter=json. Writes tests.json, and
 * ends with 1 where the suites together cover too little.
 *
 * vitest run --merge-reports does this too. For this project it took 35 seconds.
 */
const leastPercent = 90; // of lines, and of branches, as in vitest.config.ts

type TestReport = { readonly startTime: number; readonly testResults: readonly unknown[] };
type Range = {
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
};
/** Of a file, as Istanbul writes it. */
type FileCoverage = {
  readonly path: string;
  readonly statementMap: Readonly<Record<string, Range>>;
  readonly s: Readonly<Record<string, number>>;
  readonly branchMap: Readonly<Record<string, { readonly loc: Range; readonly type: string }>>;
  readonly b: Readonly<Record<string, readonly number[]>>;
};
export type Coverage = Readonly<Record<string, FileCoverage>>;

export function joinTests(reports: readonly TestReport[]): TestReport {
  return {
    startTime: Math.min(...reports.map(({ startTime }) => startTime)),
    testResults: reports.flatMap(({ testResults }) => testResults),
  };
}

/** A line counts as covered if a suite ran a statement that begins on it, and an arm of a branch if a suite took it. */
export function percentCovered(suites: readonly Coverage[]): {
  readonly lines: number;
  readonly branches: number;
} {
  const lines = new Map<string, boolean>();
  const branches = new Map<string, boolean>();
  const note = (seen: Map<string, boolean>, place: string, count: number) =>
    seen.set(place, count > 0 || seen.get(place) === true);
  for (const file of suites.flatMap((suite) => Object.values(suite))) {
    for (const [id, { start }] of Object.entries(file.statementMap))
      note(lines, `${file.path}:${start.line}`, file.s[id] ?? 0);
    for (const [id, { loc, type }] of Object.entries(file.branchMap))
      for (const [arm, count] of (file.b[id] ?? []).entries())
        note(branches, `${file.path}:${placeOf(loc)}:${type}:${arm}`, count);
  }
  return { lines: percentOf(lines), branches: percentOf(branches) };
}

function placeOf({ start, end }: Range): string {
  return [start.line, start.column, end.line, end.column].join(':');
}

function percentOf(seen: ReadonlyMap<string, boolean>): number {
  return (100 * [...seen.values()].filter(Boolean).length) / seen.size;
}

async function readAll<T>(folder: string, pattern: string): Promise<readonly T[]> {
  const read: T[] = [];
  for await (const file of glob(pattern, { cwd: folder }))
    read.push(JSON.parse(await readFile(join(folder, file), 'utf8')));
  if (read.length === 0) throw new Error(`${folder} has no ${pattern}`);
  return read;
}

async function joinReports(folder: string): Promise<boolean> {
  const tests = joinTests(await readAll<TestReport>(folder, '*.tests.json'));
  await writeFile(join(folder, 'tests.json'), JSON.stringify(tests));
  const { lines, branches } = percentCovered(await readAll<Coverage>(folder, '*/coverage-final.json'));
  process.stdout.write(`${tests.testResults.length} files of tests\n`);
  process.stdout.write(
    `covered: ${lines.toFixed(2)} % of the lines, ${branches.toFixed(2)} % of the branches\n`,
  );
  return lines >= leastPercent && branches >= leastPercent;
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (!folder) throw new Error('Name the folder of the reports.');
  if (!(await joinReports(folder))) {
    process.stderr.write(`Too little: ${leastPercent} % of the lines and of the branches are asked for\n`);
    process.exitCode = 1;
  }
}
