import { z } from 'zod';
import { phases } from '../areas/core/rollout.ts';
import { shown, withExamples } from '../http/examples.ts';
import { id, time, words } from '../http/text.ts';
import { roleNames } from '../users/core/roles.ts';

export const rolloutBody = withExamples(
  z.strictObject({
    phase: z.enum(phases),
    enforced: z
      .record(z.string(), time)
      .describe('Role, `*` (everyone) or `#sensitive` (routes): since when'),
    grace_days: z.number(),
    changed_at: time.nullable(),
    changed_by: id.nullable(),
  }),
  {
    gradual: {
      phase: 'gradual',
      enforced: { vendor: shown.time, '#sensitive': shown.time },
      grace_days: 7,
      changed_at: shown.time,
      changed_by: shown.userId,
    },
  },
);

export const changeRolloutBody = withExamples(
  z.strictObject({
    phase: z.enum(phases),
    roles: z
      .array(z.enum(roleNames))
      .max(roleNames.length)
      .optional()
      .describe('Of `gradual`: who must enrol already'),
    grace_days: z.int().min(0).max(90).optional().describe('Of graces that begin from now on'),
  }),
  { gradual: { phase: 'gradual', roles: ['vendor'] }, full: { phase: 'full' } },
);

export const exemptBody = withExamples(z.strictObject({ user_id: id, reason: words(500), ends_at: time }), {
  exempt: {
    user_id: shown.userId,
    reason: 'Waits for a security key until March',
    ends_at: '2026-03-01T00:00:00.000Z',
  },
});

export const exemptionBody = withExamples(
  z.strictObject({
    id,
    user_id: id,
    owner_id: id,
    reason: z.string(),
    created_at: time,
    ends_at: time,
  }),
  {
    exemption: {
      id: shown.factorId,
      user_id: shown.userId,
      owner_id: shown.sessionId,
      reason: 'Waits for a security key until March',
      created_at: shown.time,
      ends_at: '2026-03-01T00:00:00.000Z',
    },
  },
);
export const exemptionsBody = withExamples(z.strictObject({ exemptions: z.array(exemptionBody) }), {
  none: { exemptions: [] },
});
