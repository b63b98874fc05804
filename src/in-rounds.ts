export type Background = { readonly close: () => Promise<void> };

/** Does some work again and again in the background, one round after the other. `close` waits for the one under way. */
export function inRounds(
  everyMs: number,
  work: () => Promise<unknown>,
  onFailure: (error: unknown) => void,
): Background {
  let round: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    round = round.then(work).catch(onFailure);
  }, everyMs);
  timer.unref();
  return {
    close: async () => {
      clearInterval(timer);
      await round;
    },
  };
}
