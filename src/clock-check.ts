const toleratedMs = 30_000;

/**
 * One of the two clocks is wrong, ours or the database's, and only an operator can say which: with a clock that is
 * behind, what has expired lives again for as long, and one that is ahead forgets locks. So an instance whose clock
 * differs is not ready. On the embedded database both are the same clock.
 */
export function clocksAgree(databaseTime: Date, now: Date): boolean {
  return Math.abs(databaseTime.getTime() - now.getTime()) <= toleratedMs;
}
