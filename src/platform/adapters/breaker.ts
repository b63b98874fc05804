import { Unreachable } from '../../lib/problem.ts';

/**
 * A circuit breaker: after so many failures in a row nothing is tried for so many seconds; then one call goes first, and
 * the others follow if it succeeds.
 */
export function createBreaker({
  failures,
  seconds,
}: {
  readonly failures: number;
  readonly seconds: number;
}) {
  let inARow = 0;
  let shutUntil = 0;

  async function run<Result>(call: () => Promise<Result>): Promise<Result> {
    if (performance.now() < shutUntil)
      throw new Unreachable('It has not answered for a while', { code: 'not asked' });
    if (inARow >= failures) shut(); // until this one call is back
    try {
      const result = await call();
      inARow = 0;
      shutUntil = 0;
      return result;
    } catch (error) {
      inARow += 1;
      if (inARow >= failures) shut();
      throw error;
    }
  }

  function shut(): void {
    shutUntil = performance.now() + seconds * 1000;
  }

  return { run, isOpen: () => performance.now() < shutUntil };
}
