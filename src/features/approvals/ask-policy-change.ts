import type { AreaName } from '../../domain/policy/policy.ts';
import type { Actor, Justification } from '../../domain/users/actor.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { findArea } from '../policy/area-store.ts';
import { storedOf } from '../policy/area-versions.ts';
import { type AreaChange, isOther } from '../policy/change-area.ts';
import { endsRollout, nextRollout, type RolloutChange } from '../policy/change-rollout.ts';
import type { ExemptionInput } from '../policy/exempt-user.ts';
import { findRollout } from '../policy/rollout-store.ts';
import { makesAdmin, type UserChange } from '../user-admin/change-user.ts';
import { lockAccount } from '../users/account-store.ts';
import type { NamedApproval } from './approval-store.ts';
import { type AskDeps, askApproval } from './ask-approval.ts';
import { type RulesChange, weakensRules } from './change-approval-rules.ts';

type Asking = { readonly by: Actor; readonly factor: string | null };
type Because = { readonly cause: Justification | null };

/** As askApproval, if the change gives somebody the role `admin`. */
export async function askAdminRole(
  deps: AskDeps,
  ctx: AuditContext,
  { wanted, ...asked }: Asking & Because & { readonly userId: string; readonly wanted: UserChange },
): Promise<NamedApproval | null> {
  if (!wanted.roles?.includes('admin')) return null;
  return askApproval(deps, ctx, {
    ...asked,
    action: 'admin_role',
    input: wanted,
    isRuled: async (tx) => {
      const user = await lockAccount(tx, asked.userId);
      return user !== undefined && makesAdmin(user, wanted);
    },
  });
}

/** As askApproval, for an exemption. */
export async function askExemption(
  deps: AskDeps,
  ctx: AuditContext,
  {
    input: { userId, reason, endsAt, approvedBy = null },
    ...asked
  }: Asking & { readonly input: ExemptionInput },
): Promise<NamedApproval | null> {
  const cause = { reason, ticket: null };
  const input = { reason, endsAt: endsAt.toISOString(), approvedBy };
  return askApproval(deps, ctx, { ...asked, action: 'exemption', userId, cause, input });
}

/** As askApproval, if somebody who must enrol would no longer have to. */
export async function askRolloutEnd(
  deps: AskDeps,
  ctx: AuditContext,
  { change, ...asked }: Asking & Because & { readonly change: RolloutChange },
): Promise<NamedApproval | null> {
  return askApproval(deps, ctx, {
    ...asked,
    action: 'rollout_end',
    userId: null,
    input: { ...change },
    isRuled: async (tx) => {
      const before = await findRollout(tx);
      return endsRollout(before, nextRollout(before, change, ctx.now));
    },
  });
}

/** As askApproval, for a policy that takes effect. A report-only policy changes no login. */
export async function askPolicyChange(
  deps: AskDeps & Pick<Deps, 'preset'>,
  ctx: AuditContext,
  { area, change, ...asked }: Asking & Because & { readonly area: AreaName; readonly change: AreaChange },
): Promise<NamedApproval | null> {
  if (change.reportOnly) return null;
  const { reportOnly: _, ...wanted } = change;
  const input = { area, ...wanted };
  return askApproval(deps, ctx, {
    ...asked,
    action: 'policy_change',
    userId: null,
    input,
    isRuled: async (tx) => {
      const { policy } = await findArea(tx, area);
      return isOther(storedOf(deps.preset[area], policy), change.policy);
    },
  });
}

/** As askApproval, if the change weakens a rule that is in force. */
export async function askWeakerRules(
  deps: AskDeps,
  ctx: AuditContext,
  { rules, ...asked }: Asking & Because & Pick<RulesChange, 'rules'>,
): Promise<NamedApproval | null> {
  return askApproval(deps, ctx, {
    ...asked,
    action: 'rules_weaker',
    userId: null,
    input: rules,
    isRuled: (tx) => weakensRules(tx, rules),
  });
}
