import { z } from 'zod';
import type { SmsRules } from '../../domain/sms/sms-limits.ts';
import type { SmsFigures, TextCounts } from '../../domain/sms/text-counts.ts';
import { time, withExamples } from '../../platform/http/fields.ts';

const count = z.int().min(0);
const breaker = z
  .enum(['closed', 'open', 'half_open'])
  .describe('open: texts to new numbers are paused; half_open: a few are tried');

const counts = {
  sent: count.describe('Today, in UTC'),
  answered: count.describe('Texts among these whose code was entered'),
  failed: count.describe('Texts among these that the carrier refused'),
  new_sent: count.describe('Texts among these to numbers that were not proven; the breaker watches them'),
  new_answered: count,
};

export const smsBody = withExamples(
  z.strictObject({
    day: z
      .string()
      .regex(/^\d{4}-\d\d-\d\d$/)
      .describe('UTC'),
    limits: z.strictObject({
      countries: z.array(z.string()).nullable().describe('ISO 3166 codes; null allows every country'),
      per_day: count,
      per_country_per_day: count,
      per_prefix_per_day: count,
      least_conversion_percent: count.describe('0 switches the breaker off'),
    }),
    total: z.strictObject({ ...counts, left: count, breaker }),
    notices: z
      .strictObject({ spent: count, left: count })
      .describe(
        'Notices of dangers by text. They take from the budgets too; the other counts are of codes alone',
      ),
    countries: z.array(
      z.strictObject({
        country: z.string(),
        allowed: z.boolean(),
        ...counts,
        left: count,
        breaker,
        resumes_at: time.nullable().describe('While the breaker is open'),
      }),
    ),
    prefixes: z
      .array(z.strictObject({ prefix: z.string(), spent: count, left: count }))
      .describe('Number prefixes (without the last four digits): the ten with the most texts'),
  }),
  {
    'an attack': {
      day: '2026-02-03',
      limits: {
        countries: ['US', 'CA'],
        per_day: 2_000,
        per_country_per_day: 1_000,
        per_prefix_per_day: 100,
        least_conversion_percent: 30,
      },
      total: {
        sent: 431,
        answered: 318,
        failed: 2,
        new_sent: 120,
        new_answered: 11,
        left: 1_566,
        breaker: 'closed',
      },
      notices: { spent: 3, left: 197 },
      countries: [
        {
          country: 'US',
          allowed: true,
          sent: 431,
          answered: 318,
          failed: 2,
          new_sent: 120,
          new_answered: 11,
          left: 566,
          breaker: 'open',
          resumes_at: '2026-02-03T14:30:00.000Z',
        },
      ],
      prefixes: [{ prefix: '+1509555', spent: 100, left: 0 }],
    },
  },
);

export function smsShown({ day, total, notices, countries, prefixes }: SmsFigures, rules: SmsRules) {
  return {
    day,
    limits: {
      countries: rules.countries && [...rules.countries],
      per_day: rules.perDay,
      per_country_per_day: rules.perCountryPerDay,
      per_prefix_per_day: rules.perPrefixPerDay,
      least_conversion_percent: rules.leastConversionPercent,
    },
    total: { ...countsShown(total), left: total.left, breaker: total.breaker },
    notices,
    countries: countries.map((one) => ({
      country: one.country,
      allowed: one.allowed,
      ...countsShown(one),
      left: one.left,
      breaker: one.breaker,
      resumes_at: one.resumesAt?.toISOString() ?? null,
    })),
    prefixes: [...prefixes],
  };
}

function countsShown({ sent, answered, failed, newSent, newAnswered }: TextCounts) {
  return { sent, answered, failed, new_sent: newSent, new_answered: newAnswered };
}
