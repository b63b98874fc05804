import { z } from 'zod';
import { isCode } from '../../domain/mfa/codes.ts';
import { languages } from '../../domain/notices/texts/catalogue.ts';
import { longestTyped } from '../../domain/passwords/password-policy.ts';
import { isPlainText } from '../../lib/plain-text.ts';

/** Plain text, as plain-text.ts defines it. */
export function text(most: number, tooLong = `At most ${most} characters`) {
  return someText(most, tooLong).refine(isPlainText, 'No control characters, no broken Unicode');
}

/** Plain text or a code. A pasted code may contain a tab or a line break. */
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

/** Text that a person writes for other people. It is trimmed and must contain a letter or a digit. */
export function words(most: number) {
  return z
    .string()
    .trim()
    .min(1, 'Must not be blank')
    .max(most, `At most ${most} characters`)
    .refine(isPlainText, 'No control characters, no broken Unicode')
    .refine((value) => value === '' || word.test(value), 'Must not be blank: write it in words');
}

/**
 * The limit is longer than that of the password policy. The route that sets a password refuses a long one with a
 * reason.
 */
export const password = text(longestTyped);

/** An opaque token that the service gave to the client. */
export const token = text(256);

/** A code, as a user types it. */
export const code = typed(256);

/** A code or a proof (a JWT). Either satisfies the second factor of a request. */
export const codeOrProof = typed(4096);

export const id = z.uuid();

export const language = z.enum(languages);
export const languageOfMails = 'The language of mails and text messages (ISO 639-1)';

export const time = z.iso.datetime().describe('RFC 3339, UTC');

/** Seconds in a request. The refusal names both bounds. */
export function seconds(least: number, most: number) {
  const range = `From ${least} to ${most} seconds`;
  return z.int().min(least, range).max(most, range);
}

/** Seconds in an answer. */
export const durationSeconds = z.int().describe('Seconds');

export function timeOf(date: Date): string {
  return date.toISOString();
}

/**
 * Adds examples to a schema, by name. The compiler checks each example against the schema. A test checks the whole
 * document that shows them: see openapi.ts.
 */
export function withExamples<Schema extends z.ZodType>(
  schema: Schema,
  examples: Readonly<Record<string, z.input<Schema>>>,
): Schema {
  return schema.meta({ 'x-shown': examples });
}

/** Values that several examples share. */
export const shown = {
  username: 'ann',
  password: 'seven wet umbrellas',
  code: '492039',
  secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  phoneHint: '+1•••••••••00',
  recoveryCode: 'K4QH-2WZT-M6RB-XN3J-7CVE-Y5PD',
  jwt: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwZDZmIn0.c2lnbmF0dXJl',
  opaque: 'ODFhZTc4NTQtMmY0Zi00YzE3LThkNjItNjk1YjFmMGQ',
  userId: '0d6f3a52-94c1-4a8e-b7d0-52c6f1e83b19',
  factorId: '6f1b2c3d-8a47-4e0b-9c55-1d2e3f4a5b6c',
  sessionId: 'b3c9e0f4-5a6d-4b71-8e92-7f60d1c2a3b4',
  deviceId: '7a2e9d14-0c5b-4f3e-9a86-3d1f5b7c9e20',
  time: '2026-02-03T09:30:00.000Z',
  ends: '2026-02-03T21:30:00.000Z',
  monthLater: '2026-03-05T09:30:00.000Z',
} as const;
