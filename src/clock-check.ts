import { dependencyUnavailable } from './problem.ts';

const toleratedSeconds = 30;

/**
 * One of the two clocks is wrong, ours or the database's, and only an operator can say which: with a clock that is
 * behind, what has expired lives again for as long, and one that is ahead forgets locks. So an instance whose clock
 * differs is not ready. On the embedded database both are the same clock.
 */
export function assertClocksAgree(databaseTime: Date, now: Date): void {
  const apart = Math.round(Math.abs(databaseTime.getTime() - now.getTime()) / 1000);
  if (apart <= toleratedSeconds) return;
  const detail = `The clocks of this instance and of the database are ${apart} seconds apart. Set both by NTP.`;
  throw dependencyUnavailable({ detail, retry_after: 60 });
}
