import type { Db } from '../../../db/connect.ts';
import type { Toll } from '../../domain/mfa/provider.ts';
import { conversionRules } from '../../domain/sms/conversion-breaker.ts';
import { limitOf, type SmsRules, secondsLeftOfDay } from '../../domain/sms/sms-limits.ts';
import { countryNotAllowed, textsPaused } from '../../domain/sms/sms-problems.ts';
import type { SendRules } from '../../domain/throttling/send-limits.ts';
import { challengeSeconds } from '../../domain/throttling/send-limits.ts';
import type { Problem } from '../../lib/problem.ts';
import { findReputation, type Text } from './sms-store.ts';

/** A budget that a send takes from, and the problem to answer with if the budget refuses. */
export type SmsBudget = {
  readonly subject: string;
  readonly rules: SendRules;
  readonly refusal: (waitSeconds: number) => Problem;
  /** Other users also spend from it. Therefore the answer does not say when the budget has more. */
  readonly shared?: true;
};

export type AdmittedText = { readonly text: Text; readonly budgets: readonly SmsBudget[] };

/**
 * Whether a text message may be sent, according to what the database says now. The returned budgets decide when a
 * send is reserved from them. The caller reserves them after the user's own budgets. So a user who asks too often for
 * one number takes nothing from other users. Throws 503 dependency-unavailable if the country is not allowed, or if
 * texts to new numbers in it are paused.
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

/**
 * After the pause, the service sends a few texts. Their result decides whether the breaker closes: see
 * run-due-breakers.ts.
 */
function trial(scope: string, resumesAt: Date): SmsBudget {
  const dayAndMore = 48 * 3600; // longer than any round of trials
  const refusal = () => textsPaused(challengeSeconds);
  return {
    ...budget(`sms:trial:${scope}:${resumesAt.getTime()}`, conversionRules.trials, dayAndMore),
    refusal,
  };
}
