import { setTimeout as sleep } from 'node:timers/promises';

const tries = 4;
const longestPauseMs = 50;

/**
 * Runs work up to four times while PostgreSQL answers with a deadlock or a serialization failure. The work must be a
 * whole transaction, or a statement outside of one. Throws the last error.
 */
export async function retryOnConflict<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || !isRetryable(error)) throw error;
    }
    await sleep(Math.random() * longestPauseMs); // random, so that two rivals do not meet again
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['40001', '40P01'].includes(String(error.code));
}
