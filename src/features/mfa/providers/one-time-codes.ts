import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { lookUpCode, plainCode, sixDigits } from '../../../domain/mfa/codes.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'; // RFC 4648 base32

/** 24 base32 characters, 120 bits: a plain SHA-256 hides them (112 bits would do, NIST SP 800-63B 3.1.2.2). */
export const typedCode = z.strictObject({
  code: z.string().transform(plainCode).pipe(z.string().regex(lookUpCode)),
});

/** In groups of four, as a person copies it. */
export function newTypedCode(): string {
  const characters = Array.from(randomBytes(24), (byte) => alphabet[byte % 32]).join('');
  return (characters.match(/.{4}/g) ?? []).join('-');
}

/** Of a code in any case and spacing. */
export function hashOfTyped(code: string): string {
  return createHash('sha256').update(plainCode(code)).digest('base64url');
}

/** Six digits, however they were typed. */
export const code = z.string().transform(plainCode).pipe(z.string().regex(sixDigits, 'Six digits'));

/** Keyed, because a plain hash of six digits is as good as the digits: HMAC-SHA-256, by the key that `like` was made with. */
export type Mac = (text: string, like?: string) => string;

/** Six random digits (NIST SP 800-63B 3.1.3.2: at least 20 bits), leading zeros kept. */
export function newCode(): string {
  return randomInt(1_000_000).toString().padStart(6, '0');
}

export function codeMatches(mac: Mac, codeMac: string, code: string): boolean {
  const [sent, came] = [Buffer.from(codeMac), Buffer.from(mac(code, codeMac))];
  return sent.length === came.length && timingSafeEqual(sent, came);
}
