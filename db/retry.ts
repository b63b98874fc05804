import { setTimeout as sleep } from 'node:timers/promises';

const tries = 4;
const longestPauseMs = 50;

/** The same for a statement that is a transaction by itself. */
export async function retryOnConflict<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || !isRetryable(error)) throw error;
    }
    await sleep(Math.random() * longestPauseMs); // not in step with whom it met
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['40001', '40P01'].includes(String(error.code));
}
