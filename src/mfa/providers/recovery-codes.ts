import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { defineProvider } from '../core/provider.ts';

const count = 10;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'; // RFC 4648 base32

/**
 * Look-up secrets (NIST SP 800-63B 3.1.2) for the day the other factor is lost: 24 base32 characters, 120 bits,
 * so a plain SHA-256 hides them (112 bits would do). Written in groups of four, read in any case and spacing.
 */
export function recoveryCodes() {
  return defineProvider({
    method: 'recovery_code',
    title: 'Recovery code',
    amr: ['rc', 'mfa'],
    level: '2',
    guessable: true,
    backup: true,
    standing: true,

    setup: z.strictObject({}),
    shows: {},
    data: z.object({ unused: z.array(z.string()) }),
    state: z.null(),
    answer: z.strictObject({
      code: z
        .string()
        .transform(plain)
        .pipe(z.string().regex(/^[A-Z2-7]{24}$/)),
    }),

    async enrol() {
      const codes = Array.from({ length: count }, newRecoveryCode);
      return {
        data: { unused: codes.map((code) => hash(plain(code))) },
        hint: null,
        show: { recovery_codes: codes },
      };
    },

    sendsTo: () => null,

    async challenge() {
      return { state: null, show: {} };
    },

    async verify({ factor, answer }) {
      const spent = hash(answer.code);
      const unused = factor.data.unused.filter((one) => one !== spent);
      if (unused.length === factor.data.unused.length) return { outcome: 'failed' };
      return { outcome: 'passed', data: { unused }, left: unused.length };
    },

    remaining: ({ unused }) => unused.length,
  });
}

function newRecoveryCode(): string {
  const letters = Array.from(randomBytes(24), (byte) => alphabet[byte % 32]).join('');
  return (letters.match(/.{4}/g) ?? []).join('-');
}

function plain(code: string): string {
  return code.replace(/[\s-]/g, '').toUpperCase();
}

function hash(code: string): string {
  return createHash('sha256').update(code).digest('base64url');
}
