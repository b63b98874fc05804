import { z } from 'zod';
import { shown, withExamples } from '../http/examples.ts';
import { refreshIn } from '../http/refresh-cookie.ts';
import { code, codeOrProof, id, secondsTold, text } from '../http/text.ts';
import { sendingShape, tokensExample, tokensShape } from '../login/login-wire.ts';
import { ceremonyExamples, ceremonyResponse, optionsExamples } from './ceremony-wire.ts';
import type { Providers } from './providers.ts';

const asked = {
  totp: { method: 'totp', label: 'Phone' },
  sms: { method: 'sms', phone: '+15095550100' },
  'sms to the number of the account': { method: 'sms' },
  email: { method: 'email', email: 'ann@example.com' },
  webauthn: { method: 'webauthn', label: 'Blue key' },
};

const begun = { factor_id: shown.factorId, next_step: 'verify_enrollment', expires_in: 600 } as const;
const answered = {
  totp: {
    ...begun,
    method: 'totp',
    secret: shown.secret,
    qr_code_uri: `otpauth://totp/Sallyport:ann?secret=${shown.secret}&issuer=Sallyport`,
    qr_code_png: 'data:image/png;base64,iVBORw0KGgo…',
  },
  sms: {
    ...begun,
    method: 'sms',
    expires_in: 300,
    resend_in: 30,
    hint: shown.phoneHint,
    restricted: true,
    notice: 'Text messages can be read or redirected by others (SIM swap).',
    alternatives: ['totp'],
  },
  email: { ...begun, method: 'email', expires_in: 300, resend_in: 30, hint: 'a•••@e•••.com' },
  webauthn: { ...begun, method: 'webauthn', expires_in: 300, options: optionsExamples.registration },
};

/** Taken whether or not this service has the method, so that one it has not is refused by its name. */
const setups = { phone: text(20), email: text(254), device: text(40) };

/** What the methods want to know, such as `phone`, is optional here, and asked for by the method's own schema. */
export function enrolBody(providers: Providers) {
  const setup = optional([setups, ...enrollableIn(providers).map((provider) => provider.setup.shape)]);
  const shape = { method: text(40), label: text(64).optional(), mfa_token: codeOrProof.optional(), ...setup };
  return withExamples(z.strictObject(shape), offered(asked, providers));
}

/** With what the methods show: see `shows` in core/provider.ts. */
export function enrollingBody(providers: Providers) {
  const shows = optional(enrollableIn(providers).map((provider) => provider.shows));
  const next_step = z.literal('verify_enrollment');
  const sending = { resend_in: sendingShape.resend_in };
  const shape = {
    method: z.string(),
    factor_id: id,
    next_step,
    expires_in: secondsTold,
    ...sending,
    ...shows,
  };
  return withExamples(z.strictObject(shape), offered(answered, providers));
}

function enrollableIn(providers: Providers) {
  return [...providers.values()].filter(({ backup }) => !backup);
}

function offered<Example extends { readonly method: string }>(
  examples: Readonly<Record<string, Example>>,
  providers: Providers,
) {
  return Object.fromEntries(Object.entries(examples).filter(([, { method }]) => providers.has(method)));
}

function optional(shapes: readonly z.ZodRawShape[]): z.ZodRawShape {
  const all = Object.entries(Object.assign({}, ...shapes) as Record<string, z.ZodType>);
  return Object.fromEntries(all.map(([name, schema]) => [name, schema.optional()]));
}

export function confirmBody(providers: Providers) {
  const body = z.strictObject({
    factor_id: id.optional().describe('Else the newest that waits'),
    token: code.optional(),
    response: ceremonyResponse(providers),
    refresh_in: refreshIn,
  });
  const one = body.refine(({ token, response }) => token === undefined || response === undefined, {
    message: 'token or response, not both',
    path: ['response'],
  });
  return withExamples(one, {
    code: { token: shown.code },
    'how does the push fare?': {},
    'of one of several': { factor_id: shown.factorId, token: shown.code },
    ...(providers.has('webauthn') && { 'security key': { response: ceremonyExamples.registration } }),
  });
}

const confirmed = { success: true, factor_id: shown.factorId, ...tokensExample } as const;
export const confirmedBody = withExamples(
  z.strictObject({
    success: z.literal(true),
    factor_id: id,
    recovery_codes: z.array(z.string()).optional().describe('Shown once'),
    message: z.string(),
    ...tokensShape,
  }),
  {
    'the first factor': {
      ...confirmed,
      recovery_codes: [shown.recoveryCode],
      message: 'MFA enabled successfully',
    },
    'another factor': { ...confirmed, message: 'The factor is enrolled.' },
  },
);
