import { z } from 'zod';

/**
 * The values of `reason`, by problem type. Clients distinguish cases by them, so a value is never renamed. The reasons
 * of 429 are in problem.ts.
 */
export const reasons = {
  'invalid-request': ['phone_invalid', 'phone_not_sms_capable'],
  forbidden: [
    'own_account',
    'higher_role',
    'own_request',
    'wrong_role',
    'same_person',
    'not_requester',
    'caller_check_required',
    'evidence_required',
    'caller_check_invalid',
  ],
  conflict: [
    'name_taken',
    'no_address',
    'no_mail_server',
    'password_set',
    'disabled',
    'last_admin',
    'no_factor',
    'approval_required',
    'approval_pending',
    'approval_missing',
    'approval_over',
    'approval_waiting',
    'approval_stale',
    'too_few_people',
    'too_few_passkeys',
    'passkeys_off',
    'recovery_unproven',
    'recovery_waiting',
    'recovery_proven',
  ],
  'password-rejected': ['too_short', 'too_long', 'blocklisted', 'context_word', 'reused', 'composition'],
  'dependency-unavailable': [
    'sms_blocked',
    'sms_rate_limited',
    'sms_unavailable',
    'sms_paused',
    'sms_country_not_allowed',
    'phone_invalid',
    'phone_not_sms_capable',
    'mail_unavailable',
  ],
} as const;

export type Reason<Kind extends keyof typeof reasons> = (typeof reasons)[Kind][number];

export function reasonOf<Kind extends keyof typeof reasons>(kind: Kind) {
  return z.enum<(typeof reasons)[Kind]>(reasons[kind]);
}
