/**
 * What a person can show to recover an account, beside the mailbox in which the recovery begins.
 *
 * - `recovery_code`: a saved recovery code (NIST SP 800-63B-4 4.2.1.1).
 * - `address`: a code to a second address of the account, an issued recovery code (4.2.1.2).
 * - `colleague`: a code that a named colleague reads to the person, a recovery contact (4.2.1.3).
 * - `device`: the token of a trusted device together with the password. NIST knows no such device, but the password is a
 *   single-factor authenticator that is bound to the account.
 */
export const recoveryKinds = ['recovery_code', 'address', 'device', 'colleague'] as const;
export type RecoveryKind = (typeof recoveryKinds)[number];

/** How an area lets its users recover their accounts. */
export type RecoveryRule = { readonly from: readonly RecoveryKind[]; readonly waitHours: number };

/** The wait gives the owner time to read the letters and to stop somebody else. In hours. */
export const leastWaitHours = 4;
/** In an area whose users act on other accounts. */
export const leastAdminWaitHours = 24;
export const mostWaitHours = 168;

/** How many kinds a recovery needs (NIST SP 800-63B-4 4.2.2.2). */
export const kindsNeeded = 2;

/** Wrong codes of a colleague that end the use of that code. */
export const mostColleagueGuesses = 5;

const minute = 60;
const hour = 60 * minute;

/** In seconds. NIST SP 800-63B-4 4.2.1.2 allows 24 hours for a mail. */
export const recoveryLinkSeconds = 30 * minute;
/** How long a person has for the proofs. A colleague’s code ends with it at the latest (4.2.1.3: 24 hours and 24 more). */
export const proofSeconds = 24 * hour;
/** How long a recovery can be finished after its wait: over a weekend. */
export const finishSeconds = 72 * hour;

/** How many mails with a link an account gets. */
export const recoveryMailRules = { perWindow: 3, windowSeconds: 15 * minute, apartSeconds: 0 } as const;
/** How often a user may change who their colleagues are. Each change may write to other people. */
export const colleagueRules = { perWindow: 6, windowSeconds: 24 * hour, apartSeconds: 0 } as const;
export const mostColleagues = 3;
