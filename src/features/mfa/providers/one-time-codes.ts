import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { lookUpCode, plainCode, sixDigits } from '../../../domain/mfa/codes.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'; // RFC 4648 base32

/** 24 base32 characters have 120 bits, so a plain SHA-256 hides them (NIST SP 800-63B 3.1.2.2: 112 bits are enough). */
export const typedCode = z.strictObject({
  code: z.string().transform(plainCode).pipe(z.string().regex(lookUpCode)),
});

/** Characters in groups of four, so that a person can copy them. */
export function newTypedCode(): string {
  const characters = Array.from(randomBytes(24), (byte) => alphabet[byte % 32]).join('');
  return (characters.match(/.{4}/g) ?? []).join('-');
}

/** The hash ignores case, spaces and hyphens. */
export function hashOfTyped(code: string): string {
  return createHash('sha256').update(plainCode(code)).digest('base64url');
}

/** Six digits. Spaces and hyphens between them are ignored. */
export const code = z.string().transform(plainCode).pipe(z.string().regex(sixDigits, 'Six digits'));

/**
 * HMAC-SHA-256 of a text, by the key that `like` was made with. An attacker could find six digits from a plain hash by
 * trying them all.
 */
export type Mac = (text: string, like?: string) => string;

/** Six random digits, with leading zeros (NIST SP 800-63B 3.1.3.2: at least 20 bits). */
export function newCode(): string {
  return randomInt(1_000_000).toString().padStart(6, '0');
}

export function codeMatches(mac: Mac, codeMac: string, code: string): boolean {
  const [sent, came] = [Buffer.from(codeMac), Buffer.from(mac(code, codeMac))];
  return sent.length === came.length && timingSafeEqual(sent, came);
}
