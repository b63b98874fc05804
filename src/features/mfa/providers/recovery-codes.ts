import { z } from 'zod';
import { defineProvider } from '../../../domain/mfa/provider.ts';
import { hashOfTyped, newTypedCode, typedCode } from './one-time-codes.ts';

const count = 10;

/** Look-up secrets (NIST SP 800-63B 3.1.2) for a user who has lost the other factor. */
export function recoveryCodes() {
  return defineProvider({
    method: 'recovery_code',
    title: 'Recovery code',
    amr: ['rc', 'mfa'],
    level: '2',
    guessable: true,
    challengeless: true,
    backup: {
      usageEvent: 'mfa_recovery_code_used',
      notice: 'recovery_code_used',
      remaining: ({ unused }) => unused.length,
      renew({ unused: old }) {
        const code = newTypedCode();
        const unused = [...old, hashOfTyped(code)];
        return { data: { unused }, left: unused.length, code };
      },
    },

    setup: z.strictObject({}),
    shows: {},
    data: z.object({ unused: z.array(z.string()) }),
    state: z.null(),
    answer: typedCode,

    async enrol() {
      const codes = Array.from({ length: count }, newTypedCode);
      return { data: { unused: codes.map(hashOfTyped) }, hint: null, show: { recovery_codes: codes } };
    },

    async challenge() {
      return { state: null, show: {} };
    },

    async verify({ factor, answer }) {
      const used = hashOfTyped(answer.code);
      const unused = factor.data.unused.filter((one) => one !== used);
      if (unused.length === factor.data.unused.length) return { outcome: 'failed' };
      return { outcome: 'passed', data: { unused }, left: unused.length };
    },
  });
}
