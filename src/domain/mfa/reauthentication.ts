import { type AssuranceLevel, isTwoFactor, meets } from '../policy/assurance-level.ts';

/** How old a factor may be to change factors with (NIST SP 800-63B 4.1.2.1, OWASP ASVS 7.5.1). */
export const reauthMaxAgeSeconds = 5 * 60;

/** What somebody has shown, and when. */
export type Assurance = { readonly level: AssuranceLevel; readonly mfaTime: Date | null };

/**
 * A stolen password must not be enough to add, remove or rename a factor, nor a stolen mailbox where there is a better
 * one: the account's best level is asked for, as far as NIST's AAL2 goes. A mailbox that has set the password must not
 * be the second step as well, so then something better is asked for even where the account has nothing but e-mail: a
 * recovery code, or a bypass code of the helpdesk. Null where the account has no factor yet.
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

export function isFresh(mfaTime: Date | null, now: Date): boolean {
  return mfaTime !== null && now.getTime() - mfaTime.getTime() <= reauthMaxAgeSeconds * 1000;
}
