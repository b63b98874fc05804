import { NodeCryptoPlugin } from '@otplib/plugin-crypto-node';
import { createGuardrails, generateSecret, generateURI, verifySync } from 'otplib';
import { z } from 'zod';
import { defineProvider } from '../../../domain/mfa/provider.ts';
import { fewestBytes } from '../../../domain/mfa/totp-secret.ts';
import { qrCodeOf } from '../../../lib/qr-code.ts';
import { code } from './one-time-codes.ts';

const crypto = new NodeCryptoPlugin();
const period = 30;
/** One time step before and after, because users are slow and clocks differ (RFC 6238 5.2). */
const driftSeconds = period;
/** Imported secrets may be shorter than the secrets that this service makes. */
const guardrails = createGuardrails({ MIN_SECRET_BYTES: fewestBytes });

const data = z.object({ secret: z.string(), lastStep: z.number().int().nullable() });
export type TotpData = z.infer<typeof data>;

/** Codes from an authenticator app (RFC 6238). Every app supports SHA-1, six digits and 30 seconds. */
export function totp({ issuer }: { readonly issuer: string }) {
  return defineProvider({
    method: 'totp',
    title: 'Authenticator app',
    amr: ['otp', 'mfa'],
    level: '2',
    guessable: true,
    challengeless: true,

    setup: z.strictObject({}),
    shows: {
      secret: z.string().describe('Base32, for apps that take no picture'),
      qr_code_uri: z.string().describe('otpauth://'),
      qr_code_png: z.string().describe('The same as a picture: a data URL'),
    },
    data,
    state: z.null(),
    answer: z.strictObject({ code }),

    async enrol(_setup, { user }) {
      const secret = generateSecret({ length: 20 }); // RFC 4226 4 R6: 160 bits
      const uri = generateURI({ issuer: withoutColon(issuer), label: withoutColon(user.username), secret });
      const show = { secret, qr_code_uri: uri, qr_code_png: await qrCodeOf(uri) };
      return { data: { secret, lastStep: null }, hint: null, show };
    },

    async challenge() {
      return { state: null, show: {} };
    },

    async verify({ factor, answer }, { now }) {
      const { secret, lastStep } = factor.data;
      const epoch = Math.floor(now.getTime() / 1000);
      const options = { epochTolerance: driftSeconds, crypto, guardrails };
      const result = verifySync({ secret, token: answer.code, epoch, ...options });
      if (!result.valid || !('timeStep' in result)) return { outcome: 'failed' };
      // RFC 6238 5.2: a code works once. A code older than the last accepted one is refused as well.
      if (lastStep !== null && result.timeStep <= lastStep) return { outcome: 'used' };
      return { outcome: 'passed', data: { secret, lastStep: result.timeStep } };
    },
  });
}

/** The label of an otpauth URI separates issuer and account by a colon, so neither may contain one. */
function withoutColon(text: string): string {
  return text.replaceAll(':', ' ');
}
