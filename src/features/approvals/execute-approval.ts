import { z } from 'zod';
import { approvalModes, ruledActions } from '../../domain/approvals/approval.ts';
import { areaNames } from '../../domain/policy/policy.ts';
import { phases } from '../../domain/policy/rollout.ts';
import { readStored } from '../../domain/policy/stored-policy.ts';
import type { Justification } from '../../domain/users/actor.ts';
import type { HelpEvidence } from '../../domain/users/help-evidence.ts';
import { roleNames } from '../../domain/users/roles.ts';
import { Problem } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { changeArea } from '../policy/change-area.ts';
import { changeRollout } from '../policy/change-rollout.ts';
import { exemptUser } from '../policy/exempt-user.ts';
import { changeUser } from '../user-admin/change-user.ts';
import { type BypassCode, issueBypassCode } from '../user-admin/issue-bypass-code.ts';
import { resetMfa } from '../user-admin/reset-mfa.ts';
import { withdrawPassword } from '../user-admin/reset-password-by-admin.ts';
import type { NamedApproval } from './approval-store.ts';
import { changeApprovalRules } from './change-approval-rules.ts';
import { auditDenial, type OnApproval, readApproval } from './decide-approval.ts';

/** Who carries a request out, and how they know who is calling, where HELP_REQUIRES demands it. */
type Execution = OnApproval & { readonly evidence: HelpEvidence };

/**
 * Carries out an approved request. Only the requester may, with a fresh factor: what nobody carries out does not
 * happen. The transaction of the action uses the approval up and looks at every fact again. Returns the bypass code if
 * the action makes one. Throws 403 forbidden for everybody else, 404, or 409 conflict with the reason.
 */
export async function executeApproval(
  deps: Deps,
  ctx: AuditContext,
  { by, factor, id, evidence }: Execution,
): Promise<BypassCode | null> {
  const approval = await readApproval(deps, ctx, id);
  try {
    return await carryOut(deps, ctx, { by, factor, id, evidence, approval });
  } catch (error) {
    const reason = error instanceof Problem ? error.extensions.reason : undefined;
    if (typeof reason === 'string') await auditDenial(deps, ctx, { by, approval, reason });
    throw error;
  }
}

async function carryOut(
  deps: Deps,
  ctx: AuditContext,
  { by, factor, id, evidence, approval }: Execution & { readonly approval: NamedApproval },
): Promise<BypassCode | null> {
  const permit = { id, factor };
  const { action, reason, ticket, input } = approval;
  const cause: Justification = { reason, ticket, evidence };
  const actorId = by.userId;
  const help = { by, userId: approval.userId ?? '', cause, permit };
  switch (action) {
    case 'bypass_code':
      return issueBypassCode(deps, ctx, { ...help, input: bypassInput.parse(input) });
    case 'mfa_reset':
      await resetMfa(deps, ctx, help);
      return null;
    case 'password_reset':
      await withdrawPassword(deps, ctx, help);
      return null;
    case 'admin_role':
      await changeUser(deps, ctx, { ...help, wanted: userInput.parse(input) });
      return null;
    case 'exemption':
      await exemptUser(deps, ctx, actorId, { ...exemptionInput.parse(input), userId: help.userId, permit });
      return null;
    case 'rollout_end':
      await changeRollout(deps, ctx, actorId, { ...anyRollout, ...rolloutInput.parse(input), permit });
      return null;
    case 'policy_change': {
      const { area, policy, version, ...asked } = areaInput.parse(input);
      const change = { ...asked, policy: readStored(deps.preset[area], policy), reportOnly: false, version };
      await changeArea(deps, ctx, { actorId, area, change, permit });
      return null;
    }
    case 'rules_weaker':
      await changeApprovalRules(deps, ctx, { actorId, rules: rulesInput.parse(input), permit });
      return null;
  }
}

// What the rows hold. Requests wrote it, and a row that does not fit is not carried out.
const bypassInput = z.object({ uses: z.int(), expiresInSeconds: z.int() });
const userInput = z.object({
  roles: z.array(z.enum(roleNames)).optional(),
  status: z.enum(['active', 'disabled']).optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
});
const exemptionInput = z.object({
  reason: z.string(),
  endsAt: z.coerce.date(),
  approvedBy: z.string().nullable().default(null),
});
const rolloutInput = z.object({
  phase: z.enum(phases),
  roles: z.array(z.string()).optional(),
  graceSeconds: z.number().optional(),
  confirmShutOut: z.int().optional(),
});
const anyRollout = { roles: undefined, graceSeconds: undefined };
const areaInput = z.object({
  area: z.enum(areaNames),
  policy: z.record(z.string(), z.unknown()),
  version: z.int().optional(),
  confirmShutOut: z.int().optional(),
  restored: z.int().nullable().default(null),
});
const rule = z.object({ mode: z.enum(approvalModes), waitHours: z.int().min(0) });
const rulesInput = z.record(z.enum(ruledActions), rule);
