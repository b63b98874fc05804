import { z } from 'zod';
import { successRate } from '../../domain/adoption/days.ts';
import type { Goal } from '../../domain/adoption/scorecard.ts';
import { phases } from '../../domain/policy/rollout.ts';
import { mostDays } from '../../features/adoption/count-days.ts';
import type { Adoption } from '../../features/adoption/read-adoption.ts';
import { shown, time, timeOf, withExamples } from '../../platform/http/fields.ts';

const count = z.int().min(0);
const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/)
  .describe('UTC');

/** Only digits, because `Number` would also accept text such as `1e2`. */
export const days = z.preprocess(
  (value) => (typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value),
  z.int(`A number of days from 1 to ${mostDays}`).min(1).max(mostDays),
);
export const adoptionQuery = z.strictObject({ days: days.default(30) });

const goal = {
  target: z.number(),
  value: z.number().nullable().describe('Null if there is no figure yet'),
  met: z.boolean().nullable().describe('Null if it is too early to tell'),
};
const share = z.number().min(0).max(1).nullable();

const scorecard = z.strictObject({
  phase: z.enum(phases),
  since: time.describe('When the phase began'),
  enrolled: z
    .strictObject({
      ...goal,
      by_day: z.array(z.strictObject({ day, users: count, enrolled: count, share })),
    })
    .describe('Of all active users, within 30 days of the beginning of the phase'),
  verification_p95_ms: z
    .strictObject(goal)
    .describe('Milliseconds within which 95 of 100 verifications were answered, rounded up'),
  success_rate: z
    .strictObject(goal)
    .describe('Among verifications without a typing error: the share without a failed send or check'),
  needed_helpdesk: z
    .strictObject({ ...goal, people: count, tickets: count })
    .describe('Of all active users, those whom the helpdesk helped with a second factor'),
  takeovers_reported: z.strictObject(goal).describe('Attacks that users reported, and stolen device tokens'),
  feedback: z.strictObject({ ...goal, ratings: count }).describe('The mean rating, 1 to 5'),
});

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
        success_rate: z.number().min(0).max(1).nullable().describe('Null if nothing was verified'),
        recovery_codes_used: count,
        bypass_codes_used: count,
        lockouts: count,
        enrolled: count.describe('New factors'),
        would_refuse: count.describe('What a report-only policy would have refused'),
      }),
    ),
    grace: z.strictObject({
      in_grace: count.describe('Users who must enrol and still have time'),
      ended: count.describe('Users who must enrol and whose time has passed; none in the phase soft'),
    }),
    scorecard: scorecard.describe('The success criteria of the rollout, each with its target'),
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
      scorecard: {
        phase: 'gradual',
        since: shown.time,
        enrolled: {
          ...{ target: 0.8, value: 0.7, met: null },
          by_day: [{ day: '2026-02-03', users: 1_200, enrolled: 840, share: 0.7 }],
        },
        verification_p95_ms: { target: 100, value: 50, met: true },
        success_rate: { target: 0.999, value: 0.9995, met: true },
        needed_helpdesk: { target: 0.05, value: 0.0117, met: true, people: 14, tickets: 11 },
        takeovers_reported: { target: 0, value: 0, met: true },
        feedback: { target: 4, value: 4.4, met: true, ratings: 61 },
      },
    },
  },
);

function scorecardShown({ enrolled, neededHelpdesk, feedback, ...card }: Adoption['scorecard']) {
  const { people, tickets } = neededHelpdesk;
  return {
    phase: card.phase,
    since: timeOf(card.since),
    enrolled: { ...goalOf(enrolled), by_day: [...enrolled.byDay] },
    verification_p95_ms: goalOf(card.verificationP95Ms),
    success_rate: goalOf(card.successRate),
    needed_helpdesk: { ...goalOf(neededHelpdesk), people, tickets },
    takeovers_reported: goalOf(card.takeovers),
    feedback: { ...goalOf(feedback), ratings: feedback.ratings },
  };
}

function goalOf({ target, value, met }: Goal) {
  return { target, value, met };
}

export function adoptionShown({
  byRole,
  byMethod,
  grace,
  days: exampleDays,
  users,
  enrolled,
  scorecard: card,
}: Adoption) {
  return {
    users,
    enrolled,
    by_role: [...byRole],
    by_method: [...byMethod],
    days: exampleDays.map((one) => ({
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
    scorecard: scorecardShown(card),
  };
}
