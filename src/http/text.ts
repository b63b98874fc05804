import { z } from 'zod';

const controls = /\p{Cc}/u;

/** Text as a person or a program would send it: no NUL or other control characters, no half of a surrogate pair. */
export function text(most: number) {
  return z
    .string()
    .min(1, 'Must not be empty')
    .max(most, `At most ${most} characters`)
    .refine(
      (value) => value.isWellFormed() && !controls.test(value),
      'No control characters, no broken Unicode',
    );
}

const word = /[[\p{L}\p{N}]--\p{Default_Ignorable_Code_Point}]/v;

/** What a person writes for other people to read later: trimmed, and with a letter or a digit in it. */
export function words(most: number) {
  return z
    .string()
    .trim()
    .min(1, 'Must not be blank')
    .max(most, `At most ${most} characters`)
    .refine(
      (value) => value.isWellFormed() && !controls.test(value),
      'No control characters, no broken Unicode',
    )
    .refine((value) => value === '' || word.test(value), 'Must not be blank: write it in words');
}

/** Longer than any that is accepted: what is too long is refused where it is set, with a reason. */
export const password = text(1024);

/** A code, or whatever else the client was given to send back. */
export const token = text(256);

/** A code, or a proof (a JWT), where either may lift a request. */
export const codeOrProof = text(4096);

export const id = z.uuid('A UUID');

export const time = z.iso.datetime().describe('RFC 3339, UTC');

export function timeOf(date: Date): string {
  return date.toISOString();
}
