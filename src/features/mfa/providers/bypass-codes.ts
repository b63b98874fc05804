import { z } from 'zod';
import { defineProvider } from '../../../domain/mfa/provider.ts';
import { hashOfTyped, newTypedCode, typedCode } from './one-time-codes.ts';

const life = 'From 60 to 86400 seconds';

/** The setup comes from the helpdesk, never from the user: a user cannot enrol a backup. */
export const bypassSetup = z.strictObject({
  uses: z.int().min(1).max(10).default(1),
  expires_in: z.int().min(60, life).max(86_400, life).default(3600).describe('Seconds'),
});

/**
 * A code from the helpdesk for a user who is locked out. It replaces a factor like a recovery code, for a few uses and
 * a short time (NIST SP 800-63B 4.2.1).
 */
export function bypassCodes() {
  return defineProvider({
    method: 'bypass_code',
    title: 'Bypass code',
    amr: ['rc', 'mfa'],
    level: '2',
    guessable: true,
    challengeless: true,
    backup: { usageEvent: 'mfa_bypass_code_used', notice: 'bypass_code_used' },

    setup: bypassSetup,
    shows: {},
    data: z.object({ hash: z.string(), usesLeft: z.int(), endsAt: z.iso.datetime() }),
    state: z.null(),
    answer: typedCode,

    async enrol({ uses, expires_in: seconds }, { now }) {
      const code = newTypedCode();
      const endsAt = new Date(now.getTime() + seconds * 1000).toISOString();
      return { data: { hash: hashOfTyped(code), usesLeft: uses, endsAt }, hint: null, show: { code } };
    },

    async challenge() {
      return { state: null, show: {} };
    },

    async verify({ factor, answer }, { now }) {
      const { hash, usesLeft, endsAt } = factor.data;
      const good = usesLeft > 0 && now < new Date(endsAt) && hashOfTyped(answer.code) === hash;
      return good
        ? { outcome: 'passed', data: { hash, usesLeft: usesLeft - 1, endsAt } }
        : { outcome: 'failed' };
    },
  });
}
