import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { defineProvider } from '../../../domain/mfa/provider.ts';
import { type DuoReport, verdictOf } from './duo-verdict.ts';

/** Asks Duo for a prompt, and for its result (null if Duo does not accept the code). Both throw 503. */
export type DuoPrompts = {
  readonly prompt: (username: string) => Promise<{ url: string; state: string; nonce: string }>;
  readonly report: (code: string, of: { username: string; nonce: string }) => Promise<DuoReport | null>;
};

const text = z.string().min(1).max(1024);

/**
 * Duo's Universal Prompt: the browser goes to Duo and comes back with `state` and `duo_code`. The state belongs to one
 * challenge, and so to one temp token or session. With any other challenge the answer fails.
 */
export function duoUniversal({ prompt, report }: DuoPrompts) {
  return defineProvider({
    method: 'duo_universal',
    title: 'Duo',
    amr: ['mfa'],
    level: '2',
    guessable: false,
    approved: true,
    challengeless: false,
    delivery: { sendsTo: () => null, cost: 2 },

    setup: z.strictObject({}),
    shows: {
      redirect_url: z.url().describe('Where the browser goes; it comes back with state and duo_code'),
    },
    data: z.object({ username: z.string() }), // the name at Duo; later answers must be about this user
    state: z.object({ state: z.string(), nonce: z.string() }),
    answer: z.strictObject({ response: z.strictObject({ state: text, duo_code: text }) }),

    async enrol(_setup, { user }) {
      return { data: { username: user.username }, hint: null, show: {} };
    },

    async challenge({ data }) {
      const { url, state, nonce } = await prompt(data.username);
      return { state: { state, nonce }, show: { redirect_url: url } };
    },

    async verify({ factor, state, answer }) {
      const { state: came, duo_code: code } = answer.response;
      if (!state || !same(state.state, came)) return { outcome: 'failed' };
      const reported = await report(code, { username: factor.data.username, nonce: state.nonce });
      return reported ? verdictOf(reported) : { outcome: 'denied' };
    },
  });
}

function same(ours: string, came: string): boolean {
  const [one, other] = [Buffer.from(ours), Buffer.from(came)];
  return one.length === other.length && timingSafeEqual(one, other);
}
