import type { Db } from '../../../db/connect.ts';
import { type ApprovalAction, mayAct, ruleOf, whyNotUse } from '../../domain/approvals/approval.ts';
import { approvalRequired, notRequester, notUsable } from '../../domain/approvals/approval-problems.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { findApprovalRules } from './approval-rules-store.ts';
import { lockApproval, lockPeople, moveApproval } from './approval-store.ts';
import { isHelpReaddressed } from './help-readdressed.ts';

/** The approval by which an action is carried out, and the factor of the person who does. */
type Approved = { readonly id: string; readonly factor: string | null };

/** What allows an action: an approval, the console, or nothing so far. Null is enough where there is no rule. */
export type Permit = Approved | 'console' | null;

/** Whether an approved request is carried out. */
export function isByApproval(permit: Permit | undefined): permit is Approved {
  return permit !== undefined && permit !== null && permit !== 'console';
}

/** Part of the input of an action that a rule can put under approval. */
export type Permitted = { readonly permit?: Permit | undefined };

type Act = {
  readonly action: ApprovalAction;
  readonly actorId: string;
  /** The person concerned. Null: a policy. */
  readonly userId: string | null;
  readonly permit: Permit;
  /** False: the rule is not for this change. An approval that is given is used up all the same. */
  readonly isRuled?: boolean;
};

/**
 * Call it in the transaction of an action that a rule can put under approval, before the action changes the person.
 * Uses the approval up, and looks at every fact again. Throws 409 conflict with the reason. The action is then not
 * carried out.
 */
export async function assertApproved(tx: Db, ctx: AuditContext, act: Act): Promise<void> {
  const { action, permit, isRuled = true } = act;
  if (permit === 'console') return;
  if (permit !== null) return spend(tx, ctx, { ...act, permit });
  if (!isRuled) return;
  const { mode } = ruleOf(await findApprovalRules(tx), action);
  if (mode !== 'none') throw approvalRequired();
}

async function spend(
  tx: Db,
  ctx: AuditContext,
  { action, actorId, userId, permit }: Act & { readonly permit: Approved },
): Promise<void> {
  const approval = await lockApproval(tx, permit.id);
  // An approval for another action or another person is none.
  if (!approval || approval.action !== action || approval.userId !== userId) throw approvalRequired();
  if (approval.requestedBy !== actorId) throw notRequester();
  const { decidedBy } = approval;
  const people = await lockPeople(tx, [actorId, ...[userId, decidedBy].filter((id) => id !== null)]);
  const stillMay = [actorId, decidedBy].every((id) =>
    people.some((one) => one.id === id && one.status === 'active' && mayAct(action, one.roles)),
  );
  const person = people.find(({ id }) => id === userId);
  const isSame = userId === null || person?.securityVersion === approval.securityVersion;
  const isUnchanged = isSame && !(await isHelpReaddressed(tx, { action, userId }, ctx.now));
  const refusal = whyNotUse({ ...approval, stillMay, isUnchanged }, ctx.now);
  if (refusal) throw notUsable(refusal);
  if (!(await moveApproval(tx, { id: approval.id, from: 'approved', to: 'used' })))
    throw notUsable('approval_over');
  await writeAudit(tx, ctx, {
    type: 'approval_used',
    outcome: 'success',
    userId,
    actorId,
    area: 'admin',
    method: permit.factor,
    detail: { approval_id: approval.id, action, requested_by: actorId, approved_by: decidedBy },
  });
}
