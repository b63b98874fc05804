import type { Exchange } from './exchange.ts';
import type { ApiContract, Operation } from './read-document.ts';
import type { Secrets } from './secrets.ts';

export type Kind = 'journey' | 'refusal' | 'nonsense';
export type Failure = {
  readonly operation: string;
  readonly kind: Kind;
  readonly what: string;
  readonly faults: readonly string[];
  readonly exchange: Exchange | null;
};
type Tally = Record<Kind, number> & { failed: number; throttled: number; readonly seen: Set<string> };
export type Report = ReturnType<typeof createReport>;

/** Counts per operation, and what failed. */
export function createReport({ operations }: ApiContract, secrets: Secrets) {
  const tallies = new Map<string, Tally>(
    operations.map(({ name }) => [
      name,
      { journey: 0, refusal: 0, nonsense: 0, failed: 0, throttled: 0, seen: new Set() },
    ]),
  );
  const failures: Failure[] = [];
  const leftOut: string[] = [];

  /** An answer came; whether it was right, `fail` says. */
  function count(operation: Operation, kind: Kind, { status }: Exchange): void {
    const tally = tallies.get(operation.name);
    if (!tally) return;
    tally[kind] += 1;
    if (status === 429) tally.throttled += 1;
    tally.seen.add(String(status));
  }

  function fail(failure: Failure): void {
    failures.push(failure);
    const tally = tallies.get(failure.operation);
    if (tally) tally.failed += 1;
  }

  const leaveOut = (what: string) => void leftOut.push(what);

  function lines(): string[] {
    const throttled = [...tallies.values()].reduce((sum, tally) => sum + tally.throttled, 0);
    return [
      ...operations.map((operation) => lineOf(operation, tallies.get(operation.name))),
      ...leftOut.map((what) => `Left out: ${what}`),
      ...(throttled > 0
        ? [`Answered by a documented 429, and so not looked at (--patience 60 waits): ${throttled}`]
        : []),
      ...failures.flatMap((failure) => ['', ...linesOf(failure, secrets)]),
    ];
  }

  /** For machines: counts, and of what failed no more than what was wrong with it. */
  function summary() {
    return {
      holds: failures.length === 0,
      operations: [...tallies].map(([operation, { journey, refusal, nonsense, failed, throttled }]) => ({
        ...{ operation, failed, throttled },
        requests: journey + refusal + nonsense,
      })),
      leftOut,
      failures: failures.map(({ operation, kind, what, faults }) => ({
        ...{ operation, kind, what },
        faults: faults.map((fault) => shortened(secrets.masked(fault))),
      })),
    };
  }
  return { failures, leftOut, tallies, count, fail, leaveOut, lines, summary };
}

function lineOf({ name, responses }: Operation, tally?: Tally): string {
  if (!tally) return name;
  const { journey, refusal, nonsense, failed, throttled, seen } = tally;
  const successes = Object.keys(responses).filter((status) => status.startsWith('2') && !seen.has(status));
  const notes = [
    ...(throttled > 0 ? [`${throttled} × 429`] : []),
    ...(successes.length > 0 ? [`not seen: ${successes.join(', ')}`] : []),
    ...(failed > 0 ? [`${failed} FAILED`] : []),
  ];
  const counts = [`journey ${journey}`, `refusals ${refusal}`, `nonsense ${nonsense}`].map((one) =>
    one.padEnd(12),
  );
  return [name.padEnd(46), ...counts, notes.join('; ')].join('  ').trimEnd();
}

function linesOf({ operation, kind, what, faults, exchange }: Failure, { masked }: Secrets): string[] {
  const shown = (text: string) => shortened(masked(text));
  const indented = faults.map((fault) => `  ${shown(fault)}`);
  const heading = `FAILED ${operation} (${kind}: ${what})`;
  if (!exchange) return [heading, ...indented];
  const { request, status, text } = exchange;
  return [
    heading,
    ...indented,
    `  > ${request.method} ${shown(request.path)}`,
    ...Object.entries(request.headers).map(([name, value]) => `  > ${name}: ${shown(value)}`),
    ...(request.text === null ? [] : [`  > ${shown(request.text)}`]),
    `  < ${status} ${exchange.headers.get('content-type') ?? ''}`.trimEnd(),
    ...(text === '' ? [] : [`  < ${shown(text)}`]),
  ];
}

function shortened(text: string): string {
  const line = text.replace(/\p{Cc}/gu, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return line.length > 1000 ? `${line.slice(0, 1000)}… (${line.length} characters)` : line;
}
