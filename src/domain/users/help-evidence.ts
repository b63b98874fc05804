/** What HELP_REQUIRES may demand before the helpdesk opens an account. */
export const helpRequirements = ['none', 'caller_check', 'caller_check_or_two_evidences'] as const;
export type HelpRequirement = (typeof helpRequirements)[number];

/** How a helpdesk member may know a person without a check. The list is short and fixed, so that the audit can count. */
export const evidenceKinds = ['callback_to_known_number', 'manager_confirmed', 'in_person_id'] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];

/** The help actions that open an account to the person who calls. */
export type EvidenceUse = 'mfa_reset' | 'bypass_code' | 'password_reset';

/** What the helpdesk member offers as evidence of who is calling. */
export type HelpEvidence = {
  /** The id of a check that the caller passed. */
  readonly callerCheck: string | null;
  readonly kinds: readonly EvidenceKind[];
};

const fewestKinds = 2;

/** Which evidence is missing for a help action. Null if it is enough. Whether the check was passed is seen elsewhere. */
export function missingEvidence(
  requirement: HelpRequirement,
  { callerCheck, kinds }: HelpEvidence,
): 'caller_check_required' | 'evidence_required' | null {
  if (requirement === 'none' || callerCheck !== null) return null;
  if (requirement === 'caller_check') return 'caller_check_required';
  return new Set(kinds).size >= fewestKinds ? null : 'evidence_required';
}
