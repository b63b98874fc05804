import type { Answer } from '../test/support/world.ts';

export type Window = { readonly from: number; until: number };

/** Holds each answer against what the model says of it. An answer is lost where a process or the database went away. */
export function createOutcomeCheck() {
  const counts = new Map<string, number>();
  const wrong: string[] = [];
  const windows: Window[] = [];

  /** `lost` is permitted while something is broken, and means that nobody knows whether it was done. */
  function check(what: string, sentAt: number, answer: Answer, expected: readonly string[]): string {
    const outcome = outcomeOf(answer);
    count(`${what}: ${outcome}`);
    if (expected.includes(outcome)) return outcome;
    const now = performance.now();
    const broken = windows.some(({ from, until }) => sentAt <= until && now >= from);
    const honest = outcome !== 'dependency-unavailable' || answer.headers['retry-after'] !== undefined;
    if (broken && honest && ['502', '503', '504', 'dependency-unavailable'].includes(outcome)) return 'lost';
    wrong.push(`${what}: expected ${expected.join(' or ')}, was ${outcome}`);
    return 'wrong';
  }

  function count(name: string) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  /** Something is broken from now on; the result is called when it no longer is. */
  function breaks(): () => void {
    const window: Window = { from: performance.now(), until: Number.POSITIVE_INFINITY };
    windows.push(window);
    return () => {
      window.until = performance.now() + 3_000; // until nginx asks who refused again, and the pools are new
    };
  }

  return { check, breaks, counts, wrong };
}

export type OutcomeCheck = ReturnType<typeof createOutcomeCheck>['check'];

function outcomeOf({ status, type }: Answer): string {
  return type ? type.replace('/problems/', '') : String(status);
}
