import type { Db } from '../../../db/connect.ts';
import { waitOf } from '../../domain/approvals/approval.ts';
import { type AccountRule, recoveryRuleOf } from '../../domain/recovery/account-rule.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { findApprovalRules } from '../approvals/approval-rules-store.ts';

/** How an account with these roles may be recovered now; null if it may not. */
export async function findAccountRule(
  db: Db,
  { policies }: Pick<RequestContext, 'policies'>,
  roles: readonly string[],
): Promise<AccountRule | null> {
  const { mfa_reset: rule } = await findApprovalRules(db);
  return recoveryRuleOf(policies, roles, { isRuled: rule.mode !== 'none', waitHours: waitOf(rule) });
}
