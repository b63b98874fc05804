import { Unreachable } from '../../lib/problem.ts';

/**
 * A circuit breaker. After `failures` failures in a row it makes no call for `seconds` seconds. Then it makes one call.
 * If that call succeeds, it makes the others again.
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
