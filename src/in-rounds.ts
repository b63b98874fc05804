export type Background = { readonly close: () => Promise<void> };

/**
 * Does some work again and again in the background, one round after the other: while one takes long, those that would
 * begin are left out. `close` waits for the one under way.
 */
export function inRounds(
  everyMs: number,
  work: () => Promise<unknown>,
  onFailure: (error: unknown) => void,
): Background {
  let round: Promise<unknown> | null = null;
  const timer = setInterval(() => {
    round ??= Promise.resolve()
      .then(work)
      .catch(onFailure)
      .finally(() => {
        round = null;
      });
  }, everyMs);
  timer.unref();
  return {
    close: async () => {
      clearInterval(timer);
      await round;
    },
  };
}
