import type { Preset } from '../policy/policy.ts';
import { passwordRejected } from './password-problems.ts';
import { isMadeOf, wordsOf } from './password-words.ts';

export type PasswordRules = {
  /** In code points. */
  readonly minLength: number;
  /** PCI DSS 8.3.6 requires both. NIST SP 800-63B-4 and ASVS 6.2.5 forbid such a rule. */
  readonly lettersAndDigits: boolean;
  /** How many of the last passwords a user may not use again, including the present one. 0: the service keeps none. */
  readonly history: number;
};

/**
 * The rules of each policy preset. No preset has an expiry, because people answer a forced change by counting upwards.
 * 15 is NIST's minimum if the password may be the only factor. With `cjis` it never is, and IA-5(1) asks for 8. With
 * `nydfs` it may be the only factor of an exempt user.
 */
export const passwordRules: Record<Preset, PasswordRules> = {
  standard: { minLength: 12, lettersAndDigits: false, history: 0 },
  strict: { minLength: 15, lettersAndDigits: false, history: 0 },
  pci: { minLength: 15, lettersAndDigits: true, history: 4 },
  cjis: { minLength: 12, lettersAndDigits: false, history: 0 },
  nydfs: { minLength: 15, lettersAndDigits: false, history: 0 },
};

/**
 * In code points. NIST requires a service to accept at least 64. The limit keeps a client from sending a whole book to
 * hash.
 */
export const longestPassword = 256;

/** In UTF-16 units, as typed. A password may be longer before normalization. A login accepts no more. */
export const longestTyped = 1024;

/**
 * Normalizes a password before it is measured, compared or hashed. Keyboards differ on whether é is one code point or
 * two. The same key must give the same password (NIST SP 800-63B-4, 3.1.1.2). Nothing else changes: no trimming, no
 * case folding, no truncation.
 */
export function normalizePassword(text: string): string {
  return text.normalize('NFC');
}

type Check = {
  readonly rules: PasswordRules;
  readonly isCommon: (password: string) => boolean;
  /** What an attacker would try first for this user: the username, the mail address, the name of the service. */
  readonly context: readonly string[];
};

/**
 * Throws `password-rejected` (422) for the first rule that a new password breaks. Call it where a user sets a password,
 * never where the service verifies one. An old password stays valid, even if the rules have changed.
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
  // Only the whole value counts: a passphrase with a common word in it is not a common passphrase.
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
