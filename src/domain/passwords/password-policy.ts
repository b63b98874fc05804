import { passwordRejected } from './password-problems.ts';
import { isMadeOf, wordsOf } from './password-words.ts';

export type PasswordRules = {
  /** In code points. */
  readonly minLength: number;
  /** PCI DSS 8.3.6 asks for both; NIST SP 800-63B-4 and ASVS 6.2.5 forbid to ask. */
  readonly lettersAndDigits: boolean;
  /** How many earlier passwords must not come back, the present one among them; 0 keeps none. */
  readonly history: number;
};

/**
 * One row per policy preset. There is no expiry in any of them: a forced change makes people count upwards.
 * 15 is NIST's minimum where the password may be the only factor.
 */
export const passwordRules: Record<'standard' | 'strict' | 'pci', PasswordRules> = {
  standard: { minLength: 12, lettersAndDigits: false, history: 0 },
  strict: { minLength: 15, lettersAndDigits: false, history: 0 },
  pci: { minLength: 15, lettersAndDigits: true, history: 4 },
};

/** In code points. Far above the 64 that NIST wants to fit, and low enough that nobody sends a book to be hashed. */
export const longestPassword = 256;

/** In UTF-16 units, as it is typed: before it is brought into its one form it may be longer. A login takes no more. */
export const longestTyped = 1024;

/**
 * The one form in which a password is measured, compared and hashed. Keyboards disagree on whether é is one code
 * point or two, and the same key must open the same door (NIST SP 800-63B-4, 3.1.1.2). Nothing else is changed:
 * no trimming, no folding of case, no cut.
 */
export function normalizePassword(text: string): string {
  return text.normalize('NFC');
}

type Check = {
  readonly rules: PasswordRules;
  readonly isCommon: (password: string) => boolean;
  /** What an attacker would try first for this user: username, e-mail address, name of the service. */
  readonly context: readonly string[];
};

/**
 * Throws `password-rejected` (422) with the first rule that a new password breaks. To be asked where a password is
 * set, never where one is verified: an old password that the rules have overtaken still opens the door.
 */
export function assertPasswordAcceptable(password: string, { rules, isCommon, context }: Check): void {
  const text = normalizePassword(password);
  const { length } = [...text];

  if (length < rules.minLength) {
    const detail = `Use at least ${rules.minLength} characters; a few unrelated words will do.`;
    throw passwordRejected({ reason: 'too_short', detail });
  }
  if (length > longestPassword || password.length > longestTyped) {
    const detail = `Use at most ${longestPassword} characters.`;
    throw passwordRejected({ reason: 'too_long', detail });
  }
  // The whole value only: a passphrase that contains a common word is not a common passphrase.
  if (isCommon(text)) {
    const detail =
      'Many people use this password and attackers try it first; choose one that is yours alone.';
    throw passwordRejected({ reason: 'blocklisted', detail });
  }
  if (isMadeOf(wordsOf(context), text)) {
    const detail =
      'Choose a password that is not made from your username, your e-mail address or the name Sallyport.';
    throw passwordRejected({ reason: 'context_word', detail });
  }
  if (rules.lettersAndDigits && !(/\p{L}/u.test(text) && /\p{Nd}/u.test(text))) {
    const detail = 'Use at least one letter and at least one digit.';
    throw passwordRejected({ reason: 'composition', detail });
  }
}
