import type { Db } from '../../../db/connect.ts';
import type { Toll } from '../../domain/mfa/provider.ts';
import { conversionRules } from '../../domain/sms/conversion-breaker.ts';
import { limitOf, type SmsRules, secondsLeftOfDay } from '../../domain/sms/sms-limits.ts';
import { countryNotAllowed, textsPaused } from '../../domain/sms/sms-problems.ts';
import type { SendRules } from '../../domain/throttling/send-limits.ts';
import { challengeSeconds } from '../../domain/throttling/send-limits.ts';
import type { Problem } from '../../lib/problem.ts';
import { findReputation, type Text } from './sms-store.ts';

/** What has to be paid for a send, and what is said where it cannot be. */
export type SmsBudget = {
  readonly subject: string;
  readonly rules: SendRules;
  readonly refusal: (waitSeconds: number) => Problem;
  /** Others spend from it too: when it has more is not told. */
  readonly shared?: true;
};

export type AdmittedText = { readonly text: Text; readonly budgets: readonly SmsBudget[] };

/**
 * Whether a text message may be sent, as far as reading tells; the budgets that are returned decide, when they are paid.
 * The day's come last, so that who asks too often for one number takes nothing from others.
 * Throws 503 dependency-unavailable: the country is not allowed, or texts to new numbers in it are paused.
 */
export async function admitText(
  { db, smsRules }: { readonly db: Db; readonly smsRules: SmsRules },
  { country, prefix }: Toll,
  challenge: { readonly id: string; readonly factorId: string },
  now: Date,
): Promise<AdmittedText> {
  const { countries } = smsRules;
  if (countries && !countries.includes(country)) throw countryNotAllowed(countries);

  const { proven, tripped } = await findReputation(db, challenge.factorId, country, now);
  const watched = proven ? [] : tripped;
  const waits = watched.map(({ resumesAt }) => Math.ceil((resumesAt.getTime() - now.getTime()) / 1000));
  if (waits.some((seconds) => seconds > 0)) throw textsPaused(Math.max(...waits));

  const isNew = !proven;
  const seconds = secondsLeftOfDay(now);
  const budgets = [
    ...watched.map(({ scope, resumesAt }) => trial(scope, resumesAt)),
    budget(`sms:prefix:${prefix}`, limitOf(smsRules.perPrefixPerDay, isNew), seconds),
    budget(`sms:country:${country}`, limitOf(smsRules.perCountryPerDay, isNew), seconds),
    budget('sms:day', limitOf(smsRules.perDay, isNew), seconds),
  ];
  return { text: { ...challenge, country, isNew }, budgets };
}

function budget(subject: string, perWindow: number, windowSeconds: number): SmsBudget {
  const rules = { perWindow, windowSeconds, apartSeconds: 0 };
  return { subject, rules, refusal: textsPaused, shared: true };
}

/** After the pause a few are let through; what comes of them decides: see run-due-breakers.ts. */
function trial(scope: string, resumesAt: Date): SmsBudget {
  const dayAndMore = 48 * 3600; // longer than any round of trials
  const refusal = () => textsPaused(challengeSeconds);
  return {
    ...budget(`sms:trial:${scope}:${resumesAt.getTime()}`, conversionRules.trials, dayAndMore),
    refusal,
  };
}
