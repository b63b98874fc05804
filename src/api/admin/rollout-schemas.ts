import { z } from 'zod';
import { phases } from '../../domain/policy/rollout.ts';
import { roleNames } from '../../domain/users/roles.ts';
import type { ShutOut } from '../../features/policy/shut-out-store.ts';
import { id, shown, time, withExamples, words } from '../../platform/http/fields.ts';

export const rolloutBody = withExamples(
  z.strictObject({
    phase: z.enum(phases),
    enforced: z
      .record(z.string(), time)
      .describe('Role, `*` (everyone) or `#sensitive` (routes): since when'),
    grace_days: z.number(),
    changed_at: time.nullable(),
    changed_by: id.nullable().describe('Null where it was the terminal, or nobody yet'),
    changed_by_username: z
      .string()
      .nullable()
      .describe('As it is now; null where there is no such user any more'),
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
    .describe('Of `gradual`: who must enrol already'),
  grace_days: z.int().min(0).max(90).optional().describe('Of graces that begin from now on'),
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
        'How many users this shuts out at once, as a simulation counts them. Needed where it is anybody',
      ),
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
      without_factor: z.int().describe('Active users that have none, of areas with `if_enrolled`'),
      shut_out_now: z.int().describe('Who could only enrol, from the moment of the change'),
      newly_shut_out_now: z.int().describe('Of these, who can log in today: what `confirm_shut_out` says'),
      shut_out_later: z.int().describe('Who could only enrol once their grace or exemption is over'),
    }),
    days: z
      .array(z.strictObject({ day: z.string(), users: z.int() }))
      .describe('Who is shut out later, by the day (UTC)'),
    sensitive_routes: z
      .strictObject({ refused_now: z.int(), refused_later: z.int() })
      .describe('Who could log in or not, and is refused at sensitive routes'),
    users: z.array(
      z.strictObject({
        id,
        username: z.string(),
        shut_out_at: time.describe('From when on they can only enrol, were it made now'),
        newly: z.boolean().describe('Sooner than by the rollout as it stands, or only by this one'),
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
    username: z.string(),
    owner_id: id,
    owner_username: z.string().nullable().describe('Null where there is no such user any more'),
    reason: z.string(),
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
      created_at: shown.time,
      ends_at: '2026-03-01T00:00:00.000Z',
    },
  },
);
export const exemptionsBody = withExamples(z.strictObject({ exemptions: z.array(exemptionBody) }), {
  none: { exemptions: [] },
});
