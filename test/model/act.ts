import fc from 'fast-check';
import { type CodeKind, codeKinds } from './codes.ts';
import type { Credential } from './factor-acts.ts';
import type { History } from './history.ts';

type Real = null;

/** One act of a history: a step of fast-check's model-based run. The history is the model, and knows the service. */
export class Act implements fc.AsyncCommand<History, Real> {
  readonly name: string;
  readonly moves: boolean;
  readonly act: (h: History) => Promise<void>;

  constructor(name: string, moves: boolean, act: (h: History) => Promise<void>) {
    this.name = name;
    this.moves = moves;
    this.act = act;
  }

  check(): boolean {
    return true; // what there is nothing for does nothing
  }

  async run(h: History): Promise<void> {
    await h.nextAct(this.moves);
    await this.act(h);
  }

  toString(): string {
    return this.name;
  }
}

/** Which one of those that there are: mostly one of the newest. */
export const which = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.nat(2) },
  { weight: 1, arbitrary: fc.nat(9) },
);
export const person = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constant(1) },
);
export const area = fc.oneof(
  { weight: 4, arbitrary: fc.constant('public' as const) },
  { weight: 2, arbitrary: fc.constant('vendor' as const) },
  { weight: 1, arbitrary: fc.constant('admin' as const) },
);
const good: readonly CodeKind[] = ['this step', 'next step', 'step before', 'recovery', 'bypass'];
export const code = fc.oneof(
  { weight: 3, arbitrary: fc.constant('spent' as const) },
  { weight: 5, arbitrary: fc.constantFrom('this step' as const, 'next step' as const) },
  { weight: 2, arbitrary: fc.constantFrom(...good) },
  { weight: 3, arbitrary: fc.constantFrom(...codeKinds) },
);
export const mostlyTrue = fc.oneof(
  { weight: 4, arbitrary: fc.constant(true) },
  { weight: 1, arbitrary: fc.constant(false) },
);
export const credential: fc.Arbitrary<Credential> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.record({ code }) },
  { weight: 1, arbitrary: fc.record({ proof: which }) },
);
export const signing = fc.constantFrom('right' as const, 'twice' as const, 'by another key' as const);

const moves = fc.integer({ min: 0, max: 3 }).map((at) => at === 3);

/** From the arbitraries of its arguments, an act. Some happen at the other instance than the act before. */
export function act<Args extends readonly unknown[]>(
  name: string,
  args: { [At in keyof Args]: fc.Arbitrary<Args[At]> },
  run: (h: History, ...args: Args) => Promise<void> | undefined,
): fc.Arbitrary<Act> {
  return fc
    .tuple(moves, fc.tuple<unknown[]>(...(args as unknown as fc.Arbitrary<unknown>[])))
    .map(([to, given]) => new Act(name, to, async (h) => run(h, ...(given as unknown as Args))));
}

export const times = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(3, 11, 31) },
  { weight: 3, arbitrary: fc.constantFrom(97, 301, 905) },
  { weight: 1, arbitrary: fc.constantFrom(1811, 3607, 45_007) },
);

export type Weighted = { readonly weight: number; readonly arbitrary: fc.Arbitrary<Act> };
export const weigh = (weight: number, arbitrary: fc.Arbitrary<Act>): Weighted => ({ weight, arbitrary });
