import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import { type ApprovalRules, isHelp, isWeaker, ruledActions } from '../../domain/approvals/approval.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import {
  countDeciders,
  type Deciders,
  findApprovalRules,
  lockApprovalRules,
  saveApprovalRules,
} from './approval-rules-store.ts';
import { assertApproved, type Permit } from './assert-approved.ts';

export type RulesChange = {
  /** Null: the console. */
  readonly actorId: string | null;
  readonly rules: ApprovalRules;
  readonly permit: Permit;
};

/**
 * Changes the rules. A change that weakens one of them needs an approval itself, by the strictest rule. Throws 409
 * conflict if too few people could approve, and where an approval is missing.
 */
export async function changeApprovalRules(
  { db }: Pick<Deps, 'db'>,
  ctx: AuditContext,
  { actorId, rules, permit }: RulesChange,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockApprovalRules(tx);
    const before = await findApprovalRules(tx);
    const isRuled = isWeaker(before, rules);
    if (actorId !== null)
      await assertApproved(tx, ctx, { action: 'rules_weaker', actorId, userId: null, permit, isRuled });
    if (actorId !== null) assertEnough(await countDeciders(tx), rules);
    await saveApprovalRules(tx, rules, { by: actorId, now: ctx.now });
    await writeAudit(tx, ctx, {
      type: 'approval_rules_changed',
      outcome: 'success',
      actorId,
      detail: { before: auditFields(before), after: auditFields(rules) },
    });
  });
}

/** Whether the change would weaken a rule that is in force. */
export async function weakensRules(db: Db, rules: ApprovalRules): Promise<boolean> {
  return isWeaker(await findApprovalRules(db), rules);
}

function auditFields(rules: ApprovalRules) {
  return Object.fromEntries(
    ruledActions.map((action) => [action, { mode: rules[action].mode, wait_hours: rules[action].waitHours }]),
  );
}

/** With fewer people than two, a rule would end the action for ever. */
function assertEnough(deciders: Deciders, rules: ApprovalRules): void {
  if (lacking(deciders, rules).length === 0) return;
  const detail =
    'A second person must be able to approve. Invite another administrator or helpdesk user first, and let them log in.';
  throw conflict({ detail, reason: 'too_few_people' });
}

/** The ruled actions that nobody could approve. */
function lacking({ admins, helpers }: Deciders, rules: ApprovalRules) {
  return ruledActions.filter(
    (action) => rules[action].mode !== 'none' && (isHelp(action) ? helpers : admins) < 2,
  );
}

export type RulesRead = {
  readonly rules: ApprovalRules;
  readonly deciders: Deciders;
  /** What this installation cannot have with the people that it has. */
  readonly warnings: readonly string[];
};

export async function readApprovalRules({ db }: Pick<Deps, 'db'>): Promise<RulesRead> {
  const [rules, deciders] = await Promise.all([findApprovalRules(db), countDeciders(db)]);
  return { rules, deciders, warnings: warningsOf(deciders, rules) };
}

/** What a start warns of: a rule that is in force and cannot be met. */
export async function impossibleApprovals(deps: Pick<Deps, 'db'>): Promise<readonly string[]> {
  const { rules, warnings } = await readApprovalRules(deps);
  return ruledActions.some((action) => rules[action].mode !== 'none') ? warnings : [];
}

function warningsOf(deciders: Deciders, rules: ApprovalRules): readonly string[] {
  const nobody = lacking(deciders, rules);
  const stuck = `Nobody can approve ${nobody.join(', ')}: fewer than two people have the role. Only the command line can act.`;
  const isOn = ruledActions.some((action) => isHelp(action) && rules[action].mode !== 'none');
  const ofAdmins =
    'Help for an administrator needs two other administrators, and there are fewer than three. Only the command line can act.';
  const alone =
    'There is one administrator. A second person cannot approve anything, so no rule can be switched on.';
  return [
    ...(nobody.length > 0 ? [stuck] : []),
    ...(isOn && deciders.admins < 3 ? [ofAdmins] : []),
    ...(deciders.helpers < 2 ? [alone] : []),
  ];
}
