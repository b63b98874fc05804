import type { Db } from '../db/connect.ts';
import { sweep } from '../db/sweep.ts';

const everyMs = 30_000;

/** Sweeps in the background. `close` waits for the round that is under way. */
export function startSweeper(
  db: Db,
  onFailure: (error: unknown) => void,
): { readonly close: () => Promise<void> } {
  let round: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    round = round.then(() => sweep(db, new Date())).catch(onFailure);
  }, everyMs);
  timer.unref();
  return {
    close: async () => {
      clearInterval(timer);
      await round;
    },
  };
}
