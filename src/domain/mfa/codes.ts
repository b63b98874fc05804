import { invalidField } from '../../lib/problem.ts';

/** The codes of apps and of messages: six digits. Leading zeros count. */
export const sixDigits = /^\d{6}$/;
/** Recovery and bypass codes: 24 letters of base32 (RFC 4648). */
export const lookUpCode = /^[A-Z2-7]{24}$/;

/**
 * A code without what people and apps put between its characters: `123 456`, `123-456`, blanks around it, marks that
 * nobody sees. Full-width digits, and those of other scripts, are digits. Case does not matter.
 */
export function plainCode(typed: string): string {
  return typed
    .normalize('NFKC')
    .replace(/[\s\p{Pd}\p{Cf}\u2212]/gu, '')
    .replace(/\p{Nd}/gu, digitOf)
    .toUpperCase();
}

/** Of a decimal digit: Unicode has the ten of a script in a row, from nought. */
function digitOf(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  const isDigit = (back: number) => /^\p{Nd}$/u.test(String.fromCodePoint(point - back));
  let value = 0;
  while (value < 9 && isDigit(value + 1)) value += 1;
  return String(value);
}

/** Whether a text could be a code of a factor that everybody may have, whatever else is configured. */
export function isCode(typed: string): boolean {
  const plain = plainCode(typed);
  return sixDigits.test(plain) || lookUpCode.test(plain);
}

/** Whether it is a token of another kind, which nobody types: our shortest has 43 letters. */
export function isToken(typed: string): boolean {
  return typed.length > 40;
}

/** Where a text is no code: it is named and not counted. */
export function malformedCode(
  pointer: string,
  what = 'Six digits, or a recovery code of 24 letters and digits',
) {
  return invalidField(pointer, what);
}
