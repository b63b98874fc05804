import { everyCountry, stateOf } from '../../domain/sms/conversion-breaker.ts';
import { beginOfUtcDay, noticesOf } from '../../domain/sms/sms-limits.ts';
import type { SmsFigures, TextCounts } from '../../domain/sms/text-counts.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { countTexts, findBreakers, findSpent } from './figures-store.ts';

const none: TextCounts = { sent: 0, answered: 0, failed: 0, newSent: 0, newAnswered: 0 };

/**
 * Today's text messages, what is left of their budgets, and how many codes came back. Takes three small queries, so a
 * caller may ask every few seconds.
 */
export async function smsFigures(
  { db, smsRules }: Pick<Deps, 'db' | 'smsRules'>,
  now: Date,
): Promise<SmsFigures> {
  const begin = beginOfUtcDay(now);
  const [counted, spent, breakers] = await Promise.all([
    countTexts(db, begin),
    findSpent(db, now),
    findBreakers(db),
  ]);
  const breakerOf = (scope: string) => breakers.find((one) => one.scope === scope) ?? null;
  const countsOf = (country: string) => counted.find((one) => one.country === country) ?? none;
  const spentOf = (subject: string) => spent.find((one) => one.subject === subject)?.sent ?? 0;
  const leftOf = (budget: number, subject: string) => Math.max(0, budget - spentOf(subject));

  const charged = spent.flatMap(({ subject }) => /^sms:country:(.+)$/.exec(subject)?.[1] ?? []);
  const tripped = breakers.filter((one) => !one.closedAt).map(({ scope }) => scope);
  const all = new Set([...counted.map(({ country }) => country), ...charged, ...tripped]);
  const countries = [...all].filter((name) => name !== everyCountry).sort();
  return {
    day: begin.toISOString().slice(0, 10),
    total: {
      ...counted.reduce(sum, none),
      left: leftOf(smsRules.perDay, 'sms:day'),
      breaker: stateOf(breakerOf(everyCountry), now),
    },
    notices: {
      spent: spentOf('sms:notices:day'),
      left: leftOf(noticesOf(smsRules.perDay), 'sms:notices:day'),
    },
    countries: countries.map((country) => ({
      ...countsOf(country),
      country,
      allowed: smsRules.countries?.includes(country) ?? true,
      left: leftOf(smsRules.perCountryPerDay, `sms:country:${country}`),
      breaker: stateOf(breakerOf(country), now),
      resumesAt: stateOf(breakerOf(country), now) === 'open' ? (breakerOf(country)?.resumesAt ?? null) : null,
    })),
    prefixes: spent.flatMap(({ subject, sent }) => {
      const prefix = /^sms:prefix:(.+)$/.exec(subject)?.[1];
      return prefix ? [{ prefix, spent: sent, left: leftOf(smsRules.perPrefixPerDay, subject) }] : [];
    }),
  };
}

function sum(one: TextCounts, other: TextCounts): TextCounts {
  return {
    sent: one.sent + other.sent,
    answered: one.answered + other.answered,
    failed: one.failed + other.failed,
    newSent: one.newSent + other.newSent,
    newAnswered: one.newAnswered + other.newAnswered,
  };
}
