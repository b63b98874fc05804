/** The operator's settings: the budgets of text messages, and when a low conversion pauses them. */
export type SmsRules = {
  /** ISO 3166 codes of the allowed countries. Null: every country. */
  readonly countries: readonly string[] | null;
  readonly perDay: number;
  readonly perCountryPerDay: number;
  readonly perPrefixPerDay: number;
  /** The least percentage of codes sent to new numbers that users must enter. 0 switches the breaker off. */
  readonly leastConversionPercent: number;
};

export const defaultSmsRules: SmsRules = {
  countries: null,
  perDay: 2000,
  perCountryPerDay: 1000,
  perPrefixPerDay: 100,
  leastConversionPercent: 30,
};

/**
 * The part of each budget that is reserved for proven numbers. An attacker who enrols other people's numbers cannot use
 * it up.
 */
const keptForProven = 0.25;

/** How many texts of a budget may be sent. For a new number the limit is lower. */
export function limitOf(budget: number, isNew: boolean): number {
  return isNew ? Math.ceil(budget * (1 - keptForProven)) : budget;
}

/**
 * The part of each budget that notices of dangers may use. A code opens a login, so notices must leave nearly all of it
 * to codes, also to those of one country and of one block of numbers. A tenth is 200 texts of the default day. Nobody
 * resets so many accounts in a day, unless somebody attacks them.
 */
const partOfNotices = 0.1;

/** How many texts of a budget may be notices. A small budget still has one. */
export function noticesOf(budget: number): number {
  return Math.ceil(budget * partOfNotices);
}

/** How many notices the telephones of one account get in a day. Asking again and again costs no more than this. */
export const noticesOfAccount = 5;

/** A number is proven if the user entered a code sent to it within this time… */
export const provenSeconds = 90 * 24 * 3600;
/** …unless at least this many texts to it stayed unanswered since then. */
export const unansweredOfProven = 5;

/** A day is a day in UTC, as on the carrier's bill. */
export function secondsLeftOfDay(now: Date): number {
  const day = 24 * 3600;
  return day - (Math.floor(now.getTime() / 1000) % day);
}

export function beginOfUtcDay(now: Date): Date {
  return new Date(`${now.toISOString().slice(0, 10)}T00:00:00Z`);
}
