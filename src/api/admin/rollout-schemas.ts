import { z } from 'zod';
import { phases } from '../../domain/policy/rollout.ts';
import { roleNames } from '../../domain/users/roles.ts';
import type { ShutOut } from '../../features/policy/shut-out-store.ts';
import { id, shown, time, withExamples, words } from '../../platform/http/fields.ts';
import { optionalJustification } from './help-schemas.ts';

export const rolloutBody = withExamples(
  z.strictObject({
    phase: z.enum(phases),
    enforced: z
      .record(z.string(), time)
      .describe('For each role, `*` (everyone) or `#sensitive` (routes): since when'),
    grace_days: z.number(),
    changed_at: time.nullable(),
    changed_by: id.nullable().describe('Null: changed from the terminal, or never changed'),
    changed_by_username: z
      .string()
      .nullable()
      .describe('The current name; null if the user no longer exists'),
  }),
  {
    gradual: {
      phase: 'gradual',
      enforced: { vendor: shown.time, '#sensitive': shown.time },
      grace_days: 7,
      changed_at: shown.time,
      changed_by: shown.userId,
      changed_by_username: shown.username,
    },
  },
);

const change = {
  phase: z.enum(phases),
  roles: z
    .array(z.enum(roleNames))
    .max(roleNames.length)
    .optional()
    .describe('For `gradual`: the roles that must enrol now'),
  grace_days: z.int().min(0).max(90).optional().describe('For grace periods that start from now on'),
};

export const simulateRolloutBody = withExamples(z.strictObject(change), {
  gradual: { phase: 'gradual', roles: ['vendor'] },
  full: { phase: 'full' },
});

export const changeRolloutBody = withExamples(
  z.strictObject({
    ...change,
    confirm_shut_out: z
      .int()
      .min(0)
      .optional()
      .describe(
        'How many users this shuts out at once, as a simulation counts them. Required if there are any',
      ),
    ...optionalJustification,
  }),
  {
    gradual: { phase: 'gradual', roles: ['vendor'] },
    full: { phase: 'full' },
    'without a grace': { phase: 'full', grace_days: 0, confirm_shut_out: 3 },
  },
);

export const shutOutBody = withExamples(
  z.strictObject({
    counts: z.strictObject({
      without_factor: z.int().describe('Active users without a second factor, of areas with `if_enrolled`'),
      shut_out_now: z.int().describe('Users who could only enrol from the moment of the change'),
      newly_shut_out_now: z
        .int()
        .describe('Users among these who can log in today: the number for `confirm_shut_out`'),
      shut_out_later: z.int().describe('Users who could only enrol after their grace period or exemption'),
    }),
    days: z
      .array(z.strictObject({ day: z.string(), users: z.int() }))
      .describe('Users who are shut out later, by day (UTC)'),
    sensitive_routes: z
      .strictObject({ refused_now: z.int(), refused_later: z.int() })
      .describe('Users who are refused at sensitive routes, whether or not they can log in'),
    users: z.array(
      z.strictObject({
        id,
        username: z.string(),
        shut_out_at: time.describe('From then on the user could only enrol, if the change were made now'),
        newly: z.boolean().describe('Shut out earlier than by the current rollout, or only by this one'),
      }),
    ),
    next_cursor: z.string().nullable(),
  }),
  {
    simulation: {
      counts: { without_factor: 41, shut_out_now: 1, newly_shut_out_now: 1, shut_out_later: 30 },
      days: [{ day: '2026-02-10', users: 30 }],
      sensitive_routes: { refused_now: 1, refused_later: 40 },
      users: [{ id: shown.userId, username: shown.username, shut_out_at: shown.time, newly: true }],
      next_cursor: null,
    },
  },
);

export function changeOf({ phase, roles, grace_days: days }: z.output<typeof simulateRolloutBody>) {
  return { phase, roles, graceSeconds: days === undefined ? undefined : days * 86_400 };
}

export function shutOutShown(found: ShutOut, limit: number): z.input<typeof shutOutBody> {
  const { unenrolled, now, newlyNow, later, sensitiveNow, sensitiveLater, days, page } = found;
  return {
    counts: {
      without_factor: unenrolled,
      shut_out_now: now,
      newly_shut_out_now: newlyNow,
      shut_out_later: later,
    },
    days: [...days],
    sensitive_routes: { refused_now: sensitiveNow, refused_later: sensitiveLater },
    users: page.map(({ at, ...one }) => ({ ...one, shut_out_at: at.toISOString() })),
    next_cursor: page.length === limit ? (page.at(-1)?.username ?? null) : null,
  };
}

export const exemptBody = withExamples(
  z.strictObject({
    user_id: id,
    reason: words(500),
    ends_at: time,
    approved_by: words(200)
      .optional()
      .describe('Who approved it in writing, and where. Required with the preset `nydfs`: the CISO'),
  }),
  {
    exempt: {
      user_id: shown.userId,
      reason: 'Waits for a security key until March',
      ends_at: '2026-03-01T00:00:00.000Z',
    },
    'with an approval': {
      user_id: shown.userId,
      reason: 'The scanner of the vault has no second factor; it stands in a guarded room',
      ends_at: '2026-03-01T00:00:00.000Z',
      approved_by: 'J. Roe, CISO, memo 2026-14',
    },
  },
);

export const exemptionBody = withExamples(
  z.strictObject({
    id,
    user_id: id,
    username: z.string(),
    owner_id: id,
    owner_username: z.string().nullable().describe('Null if the user no longer exists'),
    reason: z.string(),
    approved_by: z.string().nullable().describe('Who approved it in writing'),
    created_at: time,
    ends_at: time,
  }),
  {
    exemption: {
      id: shown.factorId,
      user_id: shown.userId,
      username: shown.username,
      owner_id: shown.sessionId,
      owner_username: 'boss',
      reason: 'Waits for a security key until March',
      approved_by: null,
      created_at: shown.time,
      ends_at: '2026-03-01T00:00:00.000Z',
    },
  },
);
export const exemptionsBody = withExamples(z.strictObject({ exemptions: z.array(exemptionBody) }), {
  none: { exemptions: [] },
});

export const remindedBody = withExamples(
  z.strictObject({
    reminded: z.int().describe('Users who get a mail now'),
    more: z.boolean().describe('There are more users to remind'),
  }),
  { reminded: { reminded: 212, more: false } },
);
