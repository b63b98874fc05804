import { z } from 'zod';
import type { CallerCheck } from '../../features/user-admin/read-caller-checks.ts';
import { id, shown, time, withExamples } from '../../platform/http/fields.ts';

export const checkParams = z.strictObject({ id, check_id: id });

export const startedCheckBody = withExamples(
  z.strictObject({
    id,
    number: z
      .string()
      .describe('Shown once. The helpdesk reads it to the caller, who types it at /verify-caller'),
    expires_at: time.describe('Until then the check can be answered and used'),
  }),
  { started: { id: shown.factorId, number: '482177309', expires_at: shown.ends } },
);

const uses = ['mfa_reset', 'bypass_code', 'password_reset'] as const;

const passed = {
  id: shown.factorId,
  state: 'passed' as const,
  method: 'totp',
  answered_at: shown.time,
  from_asker: false,
  expires_at: shown.ends,
  used_for: null,
};

export const checkBody = withExamples(
  z.strictObject({
    id,
    state: z
      .enum(['pending', 'passed', 'failed', 'expired', 'used'])
      .describe(
        'failed: three wrong answers, or the owner refused a push. used: it was the evidence of an action',
      ),
    method: z.string().nullable().describe('The method that the caller used; null before a pass'),
    answered_at: time.nullable().describe('When it passed or failed'),
    from_asker: z
      .boolean()
      .nullable()
      .describe('Whether the answer came from the network of the helpdesk member who asked'),
    expires_at: time,
    used_for: z.enum(uses).nullable(),
  }),
  { passed },
);

export const checksBody = withExamples(z.strictObject({ checks: z.array(checkBody) }), {
  one: { checks: [passed] },
});

export function checkOf(check: CallerCheck): z.output<typeof checkBody> {
  return {
    id: check.id,
    state: check.state,
    method: check.method,
    answered_at: check.answeredAt?.toISOString() ?? null,
    from_asker: check.fromAsker,
    expires_at: check.expiresAt.toISOString(),
    used_for: check.usedFor,
  };
}
