import { inspect } from 'node:util';
import { expect } from 'vitest';
import { Problem } from '../../src/lib/problem.ts';

/** The Problem that a call ends with, after looking that none of the secrets is anywhere in it or in its causes. */
export async function problemOf(call: Promise<unknown>, secrets: readonly string[]): Promise<Problem> {
  const problem = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(problem instanceof Problem)) throw new Error(`Expected a Problem, not ${inspect(problem)}`);
  const logged = inspect(problem, { depth: null, showHidden: true });
  for (const secret of secrets) expect(logged).not.toContain(secret);
  return problem;
}
