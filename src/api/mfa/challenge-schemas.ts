import { z } from 'zod';
import type { Providers } from '../../domain/mfa/provider.ts';
import type { Answer } from '../../features/mfa/verification.ts';
import { code, durationSeconds, id, shown, text, token, withExamples } from '../../platform/http/fields.ts';
import { sendingShape } from '../auth/login-schemas.ts';
import { refreshIn } from '../auth/refresh-cookie.ts';
import { ceremonyExamples, ceremonyResponse, optionsExamples } from './ceremony-schemas.ts';

export function verifyBody(providers: Providers) {
  const body = z.strictObject({
    temp_token: token,
    mfa_token: code.optional().describe('A code of the factor asked for, or a recovery code'),
    response: ceremonyResponse(providers),
    refresh_in: refreshIn,
    remember_device: z.boolean().optional().describe('Trust this device, if the area allows it'),
    device_label: text(64).optional().describe('The name that its owner gives it'),
  });
  const one = body.refine(({ mfa_token, response }) => mfa_token === undefined || response === undefined, {
    message: 'mfa_token or response, not both',
    path: ['response'],
  });
  const assertion = { temp_token: shown.opaque, response: ceremonyExamples.assertion };
  return withExamples(one, {
    code: { temp_token: shown.opaque, mfa_token: shown.code },
    'code, and trust this device': {
      temp_token: shown.opaque,
      mfa_token: shown.code,
      remember_device: true,
      device_label: 'Laptop',
    },
    'recovery code': { temp_token: shown.opaque, mfa_token: shown.recoveryCode },
    ...(providers.has('webauthn') && { 'security key': assertion }),
    'back from Duo': { temp_token: shown.opaque, response: ceremonyExamples.duo },
    'how does the push fare?': { temp_token: shown.opaque },
  });
}

/** The answer in a body: a code, the response of a ceremony, or a poll if the body has neither. */
export function answerOf(code: string | undefined, response: unknown): Answer {
  if (code !== undefined) return { kind: 'code', code };
  return response === undefined ? { kind: 'poll' } : { kind: 'ceremony', response };
}

export const pendingBody = withExamples(
  z.strictObject({ status: z.literal('pending'), retry_after: durationSeconds }),
  { pending: { status: 'pending', retry_after: 2 } },
).describe('Not decided yet');

const choice = { method: text(40).optional(), factor_id: id.optional() };
const oneAtMost = { message: 'method or factor_id, not both', path: ['factor_id'] };

export const switchBody = withExamples(
  z
    .strictObject({ temp_token: token, ...choice })
    .refine((body) => body.method === undefined || body.factor_id === undefined, oneAtMost),
  {
    'the same again': { temp_token: shown.opaque },
    'another method': { temp_token: shown.opaque, method: 'totp' },
    'another factor': { temp_token: shown.opaque, factor_id: shown.factorId },
  },
);

export const switchedBody = withExamples(
  z.strictObject({
    method: z.string(),
    factor_id: id,
    hint: z.string().nullable(),
    expires_in: durationSeconds,
    challenge: z.record(z.string(), z.unknown()),
    ...sendingShape,
  }),
  {
    'sent again': {
      method: 'sms',
      factor_id: shown.factorId,
      hint: shown.phoneHint,
      expires_in: 300,
      challenge: { sent_to: shown.phoneHint },
      resend_in: 30,
    },
    'a security key': {
      method: 'webauthn',
      factor_id: shown.factorId,
      hint: null,
      expires_in: 300,
      challenge: { options: optionsExamples.authentication },
    },
  },
);

export const stepUpBody = withExamples(
  z
    .strictObject(choice)
    .refine((body) => body.method === undefined || body.factor_id === undefined, oneAtMost),
  { 'the default method': {}, 'one method': { method: 'totp' } },
);

export const proveBody = withExamples(z.strictObject({ mfa_token: code }), {
  code: { mfa_token: shown.code },
});

export const proofBody = withExamples(
  z.strictObject({ mfa_proof: z.string(), expires_in: durationSeconds }),
  {
    proof: { mfa_proof: shown.jwt, expires_in: 600 },
  },
);
