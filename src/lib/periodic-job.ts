import { errorName } from './error-name.ts';

export type Job = { readonly close: () => Promise<void> };

/**
 * Repeats `work` in the background, every `everyMs` milliseconds. Two rounds never overlap: while a round runs, the job
 * skips the rounds that are due. The first round starts after `everyMs`, or at once. If the same failure repeats, the
 * job calls `onFailure` only the first time. `close` waits for the round that is running.
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
