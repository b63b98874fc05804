import type { Load } from './load.ts';

type Sides<Name extends string> = Readonly<Record<Name, () => Promise<Load>>>;
type Runs<Name extends string> = Readonly<Record<Name, readonly Load[]>>;

/**
 * Runs each side once a round. The first one is another in each round, so that a slow moment of the machine, and what
 * drifts with time, falls on all of them. Throws an Error if an answer was wrong, because the figures would mean nothing.
 */
export async function inTurns<Name extends string>(rounds: number, sides: Sides<Name>): Promise<Runs<Name>> {
  const names = Object.keys(sides) as Name[];
  const runs = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Load[]>;
  for (let round = 0; round < rounds; round += 1) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const run = await sides[name]();
      if (run.wrong > 0) throw new Error(`${run.wrong} of ${run.answers} answers of ${name} were wrong.`);
      runs[name].push(run);
    }
  }
  return runs;
}

/** Of each round the quotient, and of those the middle one. */
export function ratioOf(runs: readonly Load[], others: readonly Load[]): number {
  return middle(runs.map(({ perSecond }, round) => perSecond / (others[round]?.perSecond ?? Number.NaN)));
}

export function rateOf(runs: readonly Load[]): number {
  return middle(runs.map(({ perSecond }) => perSecond));
}

export function p99Of(runs: readonly Load[]): number {
  return middle(runs.map(({ p99 }) => p99));
}

export function middle(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
}

export function figure(perSecond: number): string {
  return Math.round(perSecond).toLocaleString('en').padStart(8);
}

export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(0)} %`;
}
