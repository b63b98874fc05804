import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { lookUpCode, plainCode } from '../../../domain/mfa/codes.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'; // RFC 4648 base32

/** 24 base32 characters, 120 bits: a plain SHA-256 hides them (112 bits would do, NIST SP 800-63B 3.1.2.2). */
export const typedCode = z.strictObject({
  code: z.string().transform(plainCode).pipe(z.string().regex(lookUpCode)),
});

/** In groups of four, as a person copies it. */
export function newTypedCode(): string {
  const letters = Array.from(randomBytes(24), (byte) => alphabet[byte % 32]).join('');
  return (letters.match(/.{4}/g) ?? []).join('-');
}

/** Of a code in any case and spacing. */
export function hashOfTyped(code: string): string {
  return createHash('sha256').update(plainCode(code)).digest('base64url');
}
