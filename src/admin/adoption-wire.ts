import { z } from 'zod';
import { successRate } from '../adoption/core/days.ts';
import { mostDays } from '../adoption/count-days.ts';
import type { Adoption } from '../adoption/read-adoption.ts';
import { withExamples } from '../http/examples.ts';

const count = z.int().min(0);
const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/)
  .describe('UTC');

/** Digits alone: what else JavaScript takes for a number is refused. */
const days = z.preprocess(
  (value) => (typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value),
  z.int(`A number of days from 1 to ${mostDays}`).min(1).max(mostDays),
);
export const adoptionQuery = z.strictObject({ days: days.default(30) });

export const adoptionBody = withExamples(
  z.strictObject({
    users: count.describe('Active accounts'),
    enrolled: count.describe(
      'Those of them who have a second factor: confirmed, not disabled, no recovery codes',
    ),
    by_role: z.array(z.strictObject({ role: z.string(), users: count, enrolled: count })),
    by_method: z.array(z.strictObject({ method: z.string(), users: count })),
    days: z.array(
      z.strictObject({
        day,
        logins: count.describe('Sessions opened'),
        verifications: z.strictObject({ passed: count, failed: count }),
        success_rate: z.number().min(0).max(1).nullable().describe('Null where nothing was verified'),
        recovery_codes_used: count,
        bypass_codes_used: count,
        lockouts: count,
        enrolled: count.describe('New factors'),
        would_refuse: count.describe('What a policy on trial would have refused'),
      }),
    ),
    grace: z.strictObject({
      in_grace: count.describe('Must enrol, and still have time'),
      ended: count.describe('Must enrol, and have let the time pass'),
    }),
  }),
  {
    'one day': {
      users: 1_200,
      enrolled: 840,
      by_role: [
        { role: 'admin', users: 12, enrolled: 12 },
        { role: 'user', users: 1_188, enrolled: 828 },
      ],
      by_method: [
        { method: 'totp', users: 610 },
        { method: 'sms', users: 270 },
      ],
      days: [
        {
          day: '2026-02-03',
          logins: 930,
          verifications: { passed: 702, failed: 18 },
          success_rate: 0.975,
          recovery_codes_used: 2,
          bypass_codes_used: 0,
          lockouts: 1,
          enrolled: 25,
          would_refuse: 40,
        },
      ],
      grace: { in_grace: 310, ended: 50 },
    },
  },
);

export function adoptionShown({ byRole, byMethod, grace, days: told, users, enrolled }: Adoption) {
  return {
    users,
    enrolled,
    by_role: [...byRole],
    by_method: [...byMethod],
    days: told.map((one) => ({
      day: one.day,
      logins: one.logins,
      verifications: { passed: one.passed, failed: one.failed },
      success_rate: successRate(one),
      recovery_codes_used: one.recoveryCodesUsed,
      bypass_codes_used: one.bypassCodesUsed,
      lockouts: one.lockouts,
      enrolled: one.enrolled,
      would_refuse: one.wouldRefuse,
    })),
    grace: { in_grace: grace.inGrace, ended: grace.ended },
  };
}
