import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { middle } from './turns.ts';

type Figures = Readonly<Record<string, number>>;
type Run = {
  readonly at: string;
  readonly commit: string;
  readonly bench: string;
  readonly figures: Figures;
};

/** Git ignores the folder: figures of one machine say nothing about another. */
const folder = new URL('./.history/', import.meta.url);
const shown = 4;
/** Medians of runs on a shared machine differ by some percent. */
const fall = -0.1;

export function machine(): string {
  return `${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}`;
}

/**
 * Keeps the figures of a run, and prints them beside the last runs on the same CPU, number of cores and version of Node.
 * More must be better for each of them.
 */
export function keepFigures(bench: string, figures: Figures): void {
  const file = new URL(`${machine().replace(/[^\w.-]+/g, '-')}.ndjson`, folder);
  const earlier = existsSync(file) ? readRuns(readFileSync(file, 'utf8'), bench) : [];
  mkdirSync(folder, { recursive: true });
  const run: Run = { at: new Date().toISOString().slice(0, 16), commit: commit(), bench, figures };
  appendFileSync(file, `${JSON.stringify(run)}\n`);
  if (earlier.length > 0) print(earlier, run);
  else console.log('\nNo earlier run on this machine to compare with.');
}

function readRuns(text: string, bench: string): readonly Run[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line): Run => JSON.parse(line)).filter((run) => run.bench === bench);
}

function print(earlier: readonly Run[], run: Run): void {
  const columns = [...earlier.slice(-shown), run];
  console.log(`\nBeside earlier runs on this machine (${earlier.length}), and the change from their median:`);
  const cell = (text: string) => text.padStart(18);
  console.log(`${''.padEnd(44)}${columns.map(({ at }) => cell(at.replace('T', ' '))).join('')}`);
  console.log(`${''.padEnd(44)}${columns.map((one) => cell(one.commit)).join('')}`);
  for (const [name, now] of Object.entries(run.figures)) {
    const before = earlier.flatMap(({ figures }) => figures[name] ?? []);
    const change = now / middle(before) - 1;
    const signed = `${change < 0 ? '' : '+'}${(change * 100).toFixed(0)} %`;
    const said = before.length === 0 ? '' : `${signed.padStart(9)}${change < fall ? '  FELL' : ''}`;
    const cells = columns.map(({ figures }) => cell(written(figures[name])));
    console.log(`${name.padEnd(44)}${cells.join('')}${said}`);
  }
}

function written(value: number | undefined): string {
  if (value === undefined) return '';
  return value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en');
}

function commit(): string {
  const git = (...words: string[]) => spawnSync('git', words, { encoding: 'utf8' }).stdout?.trim() ?? '';
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') ? '+' : ''}`;
}
