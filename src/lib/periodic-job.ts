import { errorName } from './error-name.ts';

export type Job = { readonly close: () => Promise<void> };

/**
 * Does some work again and again in the background, one round after the other: while one takes long, those that would
 * begin are left out. The first begins after `everyMs`, or at once. `onFailure` hears of a failure once, not each time that the same comes again. `close` waits for the
 * round under way.
 */
export function periodicJob(
  everyMs: number,
  work: () => Promise<unknown>,
  onFailure: (error: unknown) => void,
  first: 'later' | 'at once' = 'later',
): Job {
  let round: Promise<unknown> | null = null;
  let failing: string | null = null;
  const begin = () => {
    round ??= Promise.resolve()
      .then(work)
      .then(
        () => {
          failing = null;
        },
        (error: unknown) => {
          const same = failing === errorName(error);
          failing = errorName(error);
          if (!same) onFailure(error);
        },
      )
      .finally(() => {
        round = null;
      });
  };
  const timer = setInterval(begin, everyMs);
  if (first === 'at once') begin();
  timer.unref();
  return {
    close: async () => {
      clearInterval(timer);
      await round;
    },
  };
}
