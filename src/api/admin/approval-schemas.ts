import { z } from 'zod';
import {
  type ApprovalRule,
  type ApprovalRules,
  approvalActions,
  approvalModes,
  approvalStates,
  ruledActions,
} from '../../domain/approvals/approval.ts';
import type { NamedApproval } from '../../features/approvals/approval-store.ts';
import type { RulesRead } from '../../features/approvals/change-approval-rules.ts';
import { id, shown, time, withExamples } from '../../platform/http/fields.ts';
import { bypassCodeBody, evidence, optionalJustification } from './help-schemas.ts';

const approval = z.strictObject({
  id,
  action: z.enum(approvalActions),
  user_id: id.nullable().describe('The person concerned. Null: the action concerns a policy'),
  username: z.string().nullable(),
  reason: z.string(),
  ticket: z.string().nullable(),
  details: z.record(z.string(), z.unknown()).describe('What will be done, beside the action itself'),
  requested_by: id,
  requested_by_username: z.string().nullable(),
  requested_at: time,
  wait_hours: z.int().describe('How long it waits after the approval'),
  state: z.enum(approvalStates),
  decided_by: id.nullable(),
  decided_by_username: z.string().nullable(),
  decided_at: time.nullable(),
  ready_at: time.nullable().describe('From then on the requester can carry it out'),
  expires_at: time,
});

const example = {
  id: '4c8f0f1e-6f0a-4b83-9a57-2f0d3b7c1e55',
  action: 'mfa_reset' as const,
  user_id: shown.userId,
  username: shown.username,
  reason: 'Lost the phone; called back at the number on file',
  ticket: 'INC-1042',
  details: {},
  requested_by: 'a3f1c2d4-58e6-4f7a-9b0c-1d2e3f405162',
  requested_by_username: 'harry',
  requested_at: shown.time,
  wait_hours: 0,
  state: 'open' as const,
  decided_by: null,
  decided_by_username: null,
  decided_at: null,
  ready_at: null,
  expires_at: shown.ends,
};

export const approvalBody = withExamples(approval, { asked: example });
export const approvalsBody = withExamples(z.strictObject({ approvals: z.array(approval) }), {
  one: { approvals: [example] },
});

/** How the requester knows who is calling. An earlier request for the approval offers none. */
export const executeBody = withExamples(z.strictObject(evidence).nullish(), {
  'no evidence needed': {},
  'a passed check': { caller_check: shown.factorId },
});

/** What a request that was carried out gives back. */
export const executedBody = withExamples(
  z.strictObject({
    bypass: bypassCodeBody.nullable().describe('The bypass code, if the action makes one. Shown once'),
  }),
  { done: { bypass: null } },
);

export function approvalOf(one: NamedApproval): z.input<typeof approvalBody> {
  return {
    id: one.id,
    action: one.action,
    user_id: one.userId,
    username: one.username,
    reason: one.reason,
    ticket: one.ticket,
    details: one.input,
    requested_by: one.requestedBy,
    requested_by_username: one.requesterName,
    requested_at: one.requestedAt.toISOString(),
    wait_hours: one.waitHours,
    state: one.state,
    decided_by: one.decidedBy,
    decided_by_username: one.deciderName,
    decided_at: one.decidedAt?.toISOString() ?? null,
    ready_at: one.readyAt?.toISOString() ?? null,
    expires_at: one.expiresAt.toISOString(),
  };
}

const rule = z.strictObject({
  mode: z.enum(approvalModes),
  wait_hours: z
    .int()
    .min(0)
    .max(168)
    .describe('Hours after the approval. Only the mode `second_person_and_wait` waits'),
});
type ShownRule = z.infer<typeof rule>;
const rules = z.strictObject(
  Object.fromEntries(ruledActions.map((action) => [action, rule])) as Record<
    (typeof ruledActions)[number],
    typeof rule
  >,
);

const off: ShownRule = { mode: 'none', wait_hours: 0 };
const two: ShownRule = { mode: 'second_person', wait_hours: 0 };
const rulesExample = {
  mfa_reset: two,
  bypass_code: two,
  password_reset: off,
  exemption: off,
  admin_role: { mode: 'second_person_and_wait' as const, wait_hours: 4 },
  rollout_end: off,
  policy_change: off,
};

export const rulesBody = withExamples(
  z.strictObject({
    rules,
    administrators: z.int().describe('Active administrators who have logged in or set a password'),
    helpers: z.int().describe('These, and the helpdesk'),
    warnings: z.array(z.string()).describe('What this installation cannot have with its people'),
  }),
  { rules: { rules: rulesExample, administrators: 3, helpers: 7, warnings: [] } },
);

export const changeRulesBody = withExamples(z.strictObject({ rules, ...optionalJustification }), {
  rules: { rules: rulesExample },
});

export function rulesOf({ rules }: z.output<typeof changeRulesBody>): ApprovalRules {
  return mapRules(rules, ({ mode, wait_hours: waitHours }) => ({
    mode,
    waitHours: mode === 'second_person_and_wait' ? waitHours : 0,
  }));
}

export function rulesShown({ rules, deciders, warnings }: RulesRead): z.input<typeof rulesBody> {
  const shown = mapRules(rules, ({ mode, waitHours }: ApprovalRule) => ({ mode, wait_hours: waitHours }));
  const { admins: administrators, helpers } = deciders;
  return { rules: shown, administrators, helpers, warnings: [...warnings] };
}

function mapRules<From, To>(
  all: Readonly<Record<(typeof ruledActions)[number], From>>,
  map: (rule: From) => To,
): Record<(typeof ruledActions)[number], To> {
  const { mfa_reset, bypass_code, password_reset, exemption, admin_role, rollout_end, policy_change } = all;
  return {
    mfa_reset: map(mfa_reset),
    bypass_code: map(bypass_code),
    password_reset: map(password_reset),
    exemption: map(exemption),
    admin_role: map(admin_role),
    rollout_end: map(rollout_end),
    policy_change: map(policy_change),
  };
}
