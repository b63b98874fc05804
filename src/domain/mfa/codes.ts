import { invalidField } from '../../lib/problem.ts';

/** A code of an authenticator app, a mail or a text message. Leading zeros count. */
export const sixDigits = /^\d{6}$/;
/** Recovery and bypass codes: 24 characters of base32 (RFC 4648). */
export const lookUpCode = /^[A-Z2-7]{24}$/;

/**
 * Removes what people and apps put between the characters of a code: `123 456`, `123-456`, spaces around it, invisible
 * characters. Full-width digits and the digits of other scripts become ASCII digits. Letters become capitals.
 */
export function plainCode(typed: string): string {
  return typed
    .normalize('NFKC')
    .replace(/[\s\p{Pd}\p{Cf}\u2212]/gu, '')
    .replace(/\p{Nd}/gu, digitOf)
    .toUpperCase();
}

/** The value of a decimal digit. In Unicode, the ten digits of a script follow each other and begin with zero. */
function digitOf(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  const isDigit = (back: number) => /^\p{Nd}$/u.test(String.fromCodePoint(point - back));
  let value = 0;
  while (value < 9 && isDigit(value + 1)) value += 1;
  return String(value);
}

/** True if the text has the form of a code: six digits, or a recovery or bypass code. */
export function isCode(typed: string): boolean {
  const plain = plainCode(typed);
  return sixDigits.test(plain) || lookUpCode.test(plain);
}

/** True for a token, which no user types. The shortest token has 43 characters. */
export function isToken(typed: string): boolean {
  return typed.length > 40;
}

/** The refusal (400) of a text that is not a code. It does not count as an attempt. */
export function malformedCode(
  pointer: string,
  what = 'Six digits, or a recovery code of 24 letters and digits',
) {
  return invalidField(pointer, what);
}
