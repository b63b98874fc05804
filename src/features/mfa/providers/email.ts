import { z } from 'zod';
import { defineProvider } from '../../../domain/mfa/provider.ts';
import { writeCode } from '../../../domain/notices/code-letter.ts';
import type { Letterhead } from '../../../domain/notices/letterhead.ts';
import { languageOf } from '../../../domain/notices/texts/catalogue.ts';
import { isMailAddress, maskAddress } from '../../../domain/users/email-address.ts';
import { code, codeMatches, type Mac, newCode } from './one-time-codes.ts';

type Mail = { readonly to: string; readonly subject: string; readonly text: string; readonly html: string };
type EmailIo = {
  readonly mac: Mac;
  readonly sendMail: (mail: Mail) => Promise<void>;
  readonly letterhead: Letterhead;
};

/**
 * Codes by mail. E-mail is never one of two factors in NIST's sense (SP 800-63B 3.1.3.1): level 1plus, and no `mfa` in
 * `amr`.
 */
export function email({ mac, sendMail, letterhead }: EmailIo) {
  return defineProvider({
    method: 'email',
    title: 'E-mail',
    amr: ['email', 'mca'],
    level: '1plus',
    guessable: true,
    challengeless: false,
    delivery: { sendsTo: (data) => data.email, cost: 1 },

    setup: z.strictObject({
      email: z.string().max(254).refine(isMailAddress, 'Must be a mail address such as ann@example.com'),
    }),
    shows: { hint: z.string() },
    data: z.object({ email: z.string() }),
    state: z.object({ codeMac: z.string() }),
    answer: z.strictObject({ code }),

    async enrol({ email: address }) {
      const hint = maskAddress(address);
      return { data: { email: address }, hint, show: { hint } };
    },

    async challenge({ data }, { user }) {
      const fresh = newCode();
      await sendMail({
        to: data.email,
        ...writeCode(letterhead, languageOf(user.language, letterhead.language), fresh),
      });
      return { state: { codeMac: mac(fresh) }, show: { sent_to: maskAddress(data.email) } };
    },

    async verify({ state, answer }) {
      const right = state !== null && codeMatches(mac, state.codeMac, answer.code);
      return { outcome: right ? 'passed' : 'failed' };
    },
  });
}
