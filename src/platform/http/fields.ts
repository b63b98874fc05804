import { z } from 'zod';
import { isCode } from '../../domain/mfa/codes.ts';
import { isPlainText } from '../../lib/plain-text.ts';
import { longestTyped } from '../../domain/passwords/password-policy.ts';

/** Text that is plain: see plain-text.ts. */
export function text(most: number, tooLong = `At most ${most} characters`) {
  return someText(most, tooLong).refine(isPlainText, 'No control characters, no broken Unicode');
}

/** The same, where a code may be typed: one that is pasted may have a tab or the end of its line with it. */
function typed(most: number) {
  return someText(most).refine(
    (value) => isPlainText(value) || isCode(value),
    'No control characters, no broken Unicode',
  );
}

function someText(most: number, tooLong = `At most ${most} characters`) {
  return z.string().min(1, 'Must not be empty').max(most, tooLong);
}

const word = /[[\p{L}\p{N}]--\p{Default_Ignorable_Code_Point}]/v;

/** What a person writes for other people to read later: trimmed, and with a letter or a digit in it. */
export function words(most: number) {
  return z
    .string()
    .trim()
    .min(1, 'Must not be blank')
    .max(most, `At most ${most} characters`)
    .refine(isPlainText, 'No control characters, no broken Unicode')
    .refine((value) => value === '' || word.test(value), 'Must not be blank: write it in words');
}

/** Longer than any that is accepted: what is too long is refused where it is set, with a reason. */
export const password = text(longestTyped);

/** Whatever the client was given to send back. */
export const token = text(256);

/** A code, as a person types it. */
export const code = typed(256);

/** A code, or a proof (a JWT), where either may lift a request. */
export const codeOrProof = typed(4096);

export const id = z.uuid();

export const time = z.iso.datetime().describe('RFC 3339, UTC');

/** A number of seconds that is sent, whose bounds a refusal names. */
export function seconds(least: number, most: number) {
  const range = `From ${least} to ${most} seconds`;
  return z.int().min(least, range).max(most, range);
}

/** A number of seconds that is told. */
export const secondsTold = z.int().describe('Seconds');

export function timeOf(date: Date): string {
  return date.toISOString();
}
