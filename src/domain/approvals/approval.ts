import { scopesOf } from '../policy/scopes.ts';
import { type Actor, whyNotHelp } from '../users/actor.ts';

/** The kinds of action that a rule can put under approval: each can undo somebody's second factor. */
export const ruledActions = [
  'mfa_reset',
  'bypass_code',
  'password_reset',
  'exemption',
  'admin_role',
  'rollout_end',
  'policy_change',
] as const;
export type RuledAction = (typeof ruledActions)[number];

/** To weaken the rules is an action of its own. It follows the strictest of the rules. */
export const approvalActions = [...ruledActions, 'rules_weaker'] as const;
export type ApprovalAction = (typeof approvalActions)[number];

/**
 * How long help must wait after somebody changed the address of the account. The letters about the help go to the new
 * address, so the owner needs time to read the one that went to the old address.
 */
export const readdressedHours = 24;

/** From the weakest to the strictest. */
export const approvalModes = ['none', 'second_person', 'second_person_and_wait'] as const;
export type ApprovalMode = (typeof approvalModes)[number];

export const approvalStates = [
  'open',
  'approved',
  'refused',
  'cancelled',
  'stopped',
  'used',
  'expired',
] as const;
export type ApprovalState = (typeof approvalStates)[number];

export type ApprovalRule = { readonly mode: ApprovalMode; readonly waitHours: number };
export type ApprovalRules = Readonly<Record<RuledAction, ApprovalRule>>;

/**
 * Every preset has this rule. A rule of the presets `strict` and `pci` would take effect with an upgrade, and at the
 * first start with one administrator. Nobody could then help, and nobody could give the second administrator a role.
 */
export const noRule: ApprovalRule = { mode: 'none', waitHours: 0 };

/** How long a request waits for a decision, and how long an approved one can be carried out. */
export const approvalHours = 24;

const hour = 3_600_000;

export function hoursAfter(time: Date, hours: number): Date {
  return new Date(time.getTime() + hours * hour);
}

/** The scope that an action needs. Who asks, who decides and who carries it out need the same one. */
function scopeOfAction(action: ApprovalAction): 'users:help' | 'users:write' | 'policy:write' {
  if (action === 'admin_role') return 'users:write';
  return isHelp(action) ? 'users:help' : 'policy:write';
}

/** Whether the helpdesk may take part in the action. */
export function isHelp(action: ApprovalAction): boolean {
  return action === 'mfa_reset' || action === 'bypass_code' || action === 'password_reset';
}

export function mayAct(action: ApprovalAction, roles: readonly string[]): boolean {
  return scopesOf('admin', roles).includes(scopeOfAction(action));
}

/** The rule for weakening the rules: the strictest of them. */
function strictestOf(rules: ApprovalRules): ApprovalRule {
  const all = Object.values(rules);
  const rank = Math.max(...all.map(({ mode }) => approvalModes.indexOf(mode)));
  const mode = approvalModes[rank] ?? 'none';
  return { mode, waitHours: Math.max(...all.map(waitOf)) };
}

export function ruleOf(rules: ApprovalRules, action: ApprovalAction): ApprovalRule {
  return action === 'rules_weaker' ? strictestOf(rules) : rules[action];
}

/** Hours. Only one of the modes waits. */
export function waitOf({ mode, waitHours }: ApprovalRule): number {
  return mode === 'second_person_and_wait' ? waitHours : 0;
}

/** Whether one of the rules asks for less than before. */
export function isWeaker(before: ApprovalRules, after: ApprovalRules): boolean {
  return ruledActions.some(
    (action) =>
      approvalModes.indexOf(after[action].mode) < approvalModes.indexOf(before[action].mode) ||
      waitOf(after[action]) < waitOf(before[action]),
  );
}

type Person = { readonly id: string; readonly roles: readonly string[] };
type Contact = { readonly email: string | null; readonly phone: string | null };

export type Decision = 'approve' | 'refuse';
export type DecisionRefusal = 'own_request' | 'own_account' | 'wrong_role' | 'higher_role' | 'same_person';

/**
 * Why somebody may not decide about a request; null if they may. Who asked, who decides and the person concerned are
 * three people. The service knows a second account of the same person only by its addresses, and by `madeBy`: the
 * requester has lately made the decider's account, or could have taken it over.
 */
export function whyNotDecide({
  action,
  by,
  decider,
  requester,
  person,
  isMadeByRequester,
}: {
  readonly action: ApprovalAction;
  readonly by: Actor;
  readonly decider: Contact;
  readonly requester: Contact & { readonly id: string };
  readonly person: Person | null;
  readonly isMadeByRequester: boolean;
}): DecisionRefusal | null {
  if (by.userId === requester.id) return 'own_request';
  if (!mayAct(action, by.roles)) return 'wrong_role';
  const bar = person && whyNotHelp(by, person);
  if (bar) return bar;
  return isMadeByRequester || sharesAddress(decider, requester) ? 'same_person' : null;
}

/** Two accounts with one address may be one person’s. */
export function sharesAddress(one: Contact, other: Contact): boolean {
  const sameMail = one.email !== null && one.email.toLowerCase() === other.email?.toLowerCase();
  return sameMail || (one.phone !== null && one.phone === other.phone);
}

export type ApprovalFacts = {
  readonly state: ApprovalState;
  readonly action: ApprovalAction;
  readonly readyAt: Date | null;
  readonly expiresAt: Date;
  /** Whether requester and approver are active and still have the scope. */
  readonly stillMay: boolean;
  /** Whether the person concerned has the security version of the request, and for help the address of a day ago. */
  readonly isUnchanged: boolean;
};

export type UseRefusal = 'approval_over' | 'approval_missing' | 'approval_waiting' | 'approval_stale';

/** Why a request cannot be carried out now; null if it can. */
export function whyNotUse(facts: ApprovalFacts, now: Date): UseRefusal | null {
  const { state, readyAt, expiresAt } = facts;
  if (state === 'open' && now < expiresAt) return 'approval_missing';
  if (state !== 'approved' || now >= expiresAt) return 'approval_over';
  if (readyAt === null || now < readyAt) return 'approval_waiting';
  return facts.stillMay && facts.isUnchanged ? null : 'approval_stale';
}
