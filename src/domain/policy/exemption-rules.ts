import type { Policies } from './policy.ts';

export type ExemptionRules = {
  readonly longestDays: number;
  /** Whether an exemption must name the person who approved it in writing. */
  readonly needsApprover: boolean;
};

/**
 * Where an exemption opens an area that requires a second factor, it names its approver and lasts a year at most. The
 * approver then reviews it at least once a year (23 NYCRR 500.12(b)).
 */
export function exemptionRulesOf(preset: Policies): ExemptionRules {
  const opens = Object.values(preset).some(({ exemptible }) => exemptible);
  return opens ? { longestDays: 365, needsApprover: true } : { longestDays: 366, needsApprover: false };
}
