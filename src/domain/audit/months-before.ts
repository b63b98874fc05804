/**
 * The same day and time some months earlier. If that month is too short, its last day, as PostgreSQL does it.
 * JavaScript alone would move into the following month.
 */
export function monthsBefore(time: Date, months: number): Date {
  const then = new Date(time);
  then.setUTCMonth(then.getUTCMonth() - months);
  if (then.getUTCDate() !== time.getUTCDate()) then.setUTCDate(0);
  return then;
}
