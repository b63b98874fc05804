/** On a day that the month of then does not have: on its last, as PostgreSQL reckons, and not in the month behind it. */
export function monthsBefore(time: Date, months: number): Date {
  const then = new Date(time);
  then.setUTCMonth(then.getUTCMonth() - months);
  if (then.getUTCDate() !== time.getUTCDate()) then.setUTCDate(0);
  return then;
}
