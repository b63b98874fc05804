import { type AreaName, admitsRoles, type Policies } from '../policy/policy.ts';
import { kindsNeeded, type RecoveryKind, type RecoveryRule } from './recovery-rule.ts';

/** The rule of one account. */
export type AccountRule = RecoveryRule & {
  /** The area for which the new factor must count: the one that asks most. */
  readonly area: AreaName;
  /** A colleague must be one of the kinds, because the account can act on other accounts, or a rule demands two people. */
  readonly needsColleague: boolean;
};

/** The areas of people, the one that asks most first. */
const ordered: readonly AreaName[] = ['admin', 'vendor', 'public'];

/** What an approval rule for the reset of factors adds: see domain/approvals. */
export type SecondPerson = { readonly isRuled: boolean; readonly waitHours: number };

/**
 * The rule of an account with these roles; null if it cannot be recovered. A recovered account opens every area that
 * admits it, so the strictest of their policies counts: each area must allow it, a kind must be allowed by each, and the
 * longest wait applies. A recovery is no way around the second person of an approval rule.
 */
export function recoveryRuleOf(
  policies: Policies,
  roles: readonly string[],
  { isRuled, waitHours }: SecondPerson,
): AccountRule | null {
  const areas = ordered.filter((area) => admitsRoles(policies[area], roles));
  const [area] = areas;
  const rules = areas.map((one) => policies[one].accountRecovery);
  const allowed = rules.filter((rule) => rule !== null);
  const [first] = allowed;
  if (!area || !first || allowed.length < areas.length) return null;
  const from = first.from.filter((kind) => allowed.every((rule) => rule.from.includes(kind)));
  const needsColleague = isRuled || area === 'admin';
  if (from.length < kindsNeeded || (needsColleague && !from.includes('colleague'))) return null;
  const wait = Math.max(waitHours, ...allowed.map((rule) => rule.waitHours));
  return { area, from, waitHours: wait, needsColleague };
}

/** Whether these proofs are enough. Each kind counts once, so two addresses are one proof. */
export function isProven({ from, needsColleague }: AccountRule, shown: readonly RecoveryKind[]): boolean {
  const counted = from.filter((kind) => shown.includes(kind));
  return counted.length >= kindsNeeded && (!needsColleague || counted.includes('colleague'));
}
