import type { Grade, Verdict } from '../../../domain/mfa/provider.ts';

/** Duo's report on a login. `factor` and `reason` have the values of Duo's logs. */
export type DuoReport = { readonly result: string; readonly factor: string; readonly reason: string };

export const codeGrade: Grade = { level: '2', amr: ['otp', 'mfa'] };
/**
 * The user typed the code on the screen into the telephone, which does not happen by mistake (NIST SP 800-63B 3.1.3).
 */
export const comparedPush: Grade = { level: '2', amr: ['push', 'mca', 'mfa'] };
/**
 * A push that only asks for a yes is no second factor in NIST's sense any more. Users approve it if they are asked
 * often enough.
 */
export const approvedPush: Grade = { level: '1plus', amr: ['push', 'mca'] };
/** Codes over the public telephone network are restricted (NIST SP 800-63B 3.2.9). */
const texted: Grade = { level: '2r', amr: ['sms', 'mca', 'mfa'] };
const called: Grade = { level: '2r', amr: ['tel', 'mca', 'mfa'] };
const key: Grade = { level: '2', amr: ['hwk', 'mfa'] };
const givenCode: Grade = { level: '2', amr: ['rc', 'mfa'] };

const grades: Readonly<Record<string, Grade>> = {
  duo_push: approvedPush,
  verified_duo_push: comparedPush,
  passcode: codeGrade,
  duo_mobile_passcode: codeGrade,
  hardware_token: codeGrade,
  yubikey_code: codeGrade,
  sms_passcode: texted,
  phone_call: called,
  u2f_token: key,
  webauthn_credential: key,
  webauthn_security_key: key,
  bypass_code: givenCode,
};

const shown = ['user_approved', 'valid_passcode'];
const notAsked = [
  'allow_unenrolled_user',
  'allow_unenrolled_user_on_trusted_network',
  'allowed_by_policy',
  'bypass_user',
  'remembered_device',
  'trusted_location',
  'trusted_network',
];

/**
 * Duo's approval counts only if the user showed a factor, and is as strong as that factor. If Duo let the user through
 * without asking, the verdict is `waived`. An unknown factor or reason is denied, because Duo may add new ones at any
 * time.
 */
export function verdictOf({ result, factor, reason }: DuoReport): Verdict<never> {
  if (result !== 'allow')
    return reason === 'user_marked_fraud' ? { outcome: 'denied', reported: true } : { outcome: 'denied' };
  const grade = Object.hasOwn(grades, factor) ? grades[factor] : undefined;
  if (shown.includes(reason) && grade) return { outcome: 'passed', grade };
  return { outcome: notAsked.includes(reason) ? 'waived' : 'denied' };
}
