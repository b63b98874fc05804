export type PasswordRules = {
  readonly min_length: number;
  readonly max_length: number;
  readonly letters_and_digits: boolean;
  readonly history: number;
};

export type PasswordFault = 'too_short' | 'too_long' | 'composition' | 'context_word';

/**
 * The rules that a new password breaks, as far as a page can know them. The service has the last word: it also knows
 * common passwords, earlier ones and the mail address.
 */
export function faultsOf(password: string, username: string, rules: PasswordRules): PasswordFault[] {
  const text = password.normalize('NFC');
  const length = lengthOf(password);
  return [
    ...(length < rules.min_length ? ['too_short' as const] : []),
    ...(length > rules.max_length ? ['too_long' as const] : []),
    ...(rules.letters_and_digits && !(/\p{L}/u.test(text) && /\p{Nd}/u.test(text))
      ? ['composition' as const]
      : []),
    ...(isMadeOfName(text, username) ? ['context_word' as const] : []),
  ];
}

/** In code points, as the service counts. */
export function lengthOf(password: string): number {
  return [...password.normalize('NFC')].length;
}

/** Whether nothing but the name, its parts, and what is no letter stands in the password. */
function isMadeOfName(password: string, username: string): boolean {
  const name = username.toLowerCase();
  const local = name.split('@')[0] ?? '';
  const parts = local.split(/\P{L}+/u).filter((part) => part.length >= 3);
  const words = [name, local, ...parts].filter((word) => word !== '').sort((a, b) => b.length - a.length);
  const rest = words.reduce((left, word) => left.replaceAll(word, ' '), password.toLowerCase());
  return rest !== password.toLowerCase() && !/\p{L}/u.test(rest);
}
