/** What text messages may cost, and when it looks as if nobody read them: an operator's settings. */
export type SmsRules = {
  /** ISO 3166; null is every one. */
  readonly countries: readonly string[] | null;
  readonly perDay: number;
  readonly perCountryPerDay: number;
  readonly perPrefixPerDay: number;
  /** How many of a hundred codes sent to new numbers must come back; 0 switches the breaker off. */
  readonly leastConversionPercent: number;
};

export const defaultSmsRules: SmsRules = {
  countries: null,
  perDay: 2000,
  perCountryPerDay: 1000,
  perPrefixPerDay: 100,
  leastConversionPercent: 30,
};

/** Of each budget, for numbers that were proven: who enrols others cannot use that up. */
const keptForProven = 0.25;

/** How many of a budget may have been spent when another text is sent. */
export function limitOf(budget: number, isNew: boolean): number {
  return isNew ? Math.ceil(budget * (1 - keptForProven)) : budget;
}

/** A number is proven by a code that came back so lately… */
export const provenSeconds = 90 * 24 * 3600;
/** …unless so many texts to it have been left unanswered since. */
export const unansweredOfProven = 5;

/** Days are those of UTC, as on the carrier's bill. */
export function secondsLeftOfDay(now: Date): number {
  const day = 24 * 3600;
  return day - (Math.floor(now.getTime() / 1000) % day);
}

export function beginOfUtcDay(now: Date): Date {
  return new Date(`${now.toISOString().slice(0, 10)}T00:00:00Z`);
}
