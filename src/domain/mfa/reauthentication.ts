import { type AssuranceLevel, isTwoFactor, meets } from '../policy/assurance-level.ts';

/** A user may change factors only within this time after showing one (NIST SP 800-63B 4.1.2.1, OWASP ASVS 7.5.1). */
export const reauthMaxAgeSeconds = 5 * 60;

/** The level that the user showed, and when. */
export type Assurance = { readonly level: AssuranceLevel; readonly mfaTime: Date | null };

/**
 * The level that a user must show to change factors. Null if the account has no factor yet.
 *
 * A stolen password must not be enough to add, remove or rename a factor. A stolen mailbox must not be enough either,
 * if the account has a better factor. So the function requires the best level of the account, up to NIST's AAL2. If the
 * user set the password by mail, e-mail must not be the second step as well. Then a user with only e-mail needs a
 * recovery code, or a bypass code of the helpdesk.
 */
export function levelToReauthenticate(
  owned: readonly AssuranceLevel[],
  passwordByMail: boolean,
): AssuranceLevel | null {
  if (owned.length === 0) return null;
  return passwordByMail || owned.some(isTwoFactor) ? '2r' : '1plus';
}

export function isReauthenticated(shown: Assurance, least: AssuranceLevel | null, now: Date): boolean {
  return least === null || (isFresh(shown.mfaTime, now) && meets(shown.level, least));
}

export function isFresh(
  mfaTime: Date | null,
  now: Date,
  maxAgeSeconds: number = reauthMaxAgeSeconds,
): boolean {
  return mfaTime !== null && now.getTime() - mfaTime.getTime() <= maxAgeSeconds * 1000;
}
