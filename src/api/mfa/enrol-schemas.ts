import { z } from 'zod';
import type { MFAProvider, Providers } from '../../domain/mfa/provider.ts';
import {
  code,
  codeOrProof,
  durationSeconds,
  id,
  shown,
  text,
  withExamples,
} from '../../platform/http/fields.ts';
import { sendingShape, tokensExample, tokensShape } from '../auth/login-schemas.ts';
import { refreshIn } from '../auth/refresh-cookie.ts';
import { ceremonyExamples, ceremonyResponse, optionsExamples } from './ceremony-schemas.ts';

const asked = {
  totp: { method: 'totp', label: 'Phone' },
  sms: { method: 'sms', phone: '+15095550100' },
  'sms to the number of the account': { method: 'sms' },
  email: { method: 'email', email: 'ann@example.com' },
  webauthn: { method: 'webauthn', label: 'Blue key' },
  'a passkey': { method: 'webauthn', label: 'Laptop', passkey: true },
  duo_universal: { method: 'duo_universal' },
  duo_push: { method: 'duo_push', device: 'DPFZRS9FB0D46QFTM891' },
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
  duo_universal: {
    ...begun,
    method: 'duo_universal',
    expires_in: 300,
    redirect_url: 'https://api-1a2b3c4d.duosecurity.com/oauth/v1/authorize?client_id=DIXXXXXXXXXXXXXXXXXX',
  },
  duo_push: {
    ...begun,
    method: 'duo_push',
    expires_in: 300,
    resend_in: 0,
    push: true,
    device: 'iOS (XXX-XXX-4788)',
    verification_code: '4821',
  },
  'duo_push, new at Duo': {
    ...begun,
    method: 'duo_push',
    expires_in: 300,
    activation_url: 'https://m-1a2b3c4d.duosecurity.com/activate/4c1d9a',
    activation_barcode: 'https://api-1a2b3c4d.duosecurity.com/frame/qr?value=4c1d9a',
    qr_code_png: 'data:image/png;base64,iVBORw0KGgo…',
    push: false,
  },
};

/**
 * Every instance accepts these fields, even if it lacks the method. So the refusal names the unknown method and not an
 * unknown field.
 */
const setups = { phone: text(20), email: text(254), device: text(40), passkey: z.boolean() };

/** Fields of a single method, such as `phone`, are optional here. The schema of the method requires them. */
export function enrolBody(providers: Providers) {
  const setup = optional([...enrollableIn(providers).map((provider) => provider.setup.shape), setups]);
  const shape = { method: text(40), label: text(64).optional(), mfa_token: codeOrProof.optional(), ...setup };
  return withExamples(z.strictObject(shape), offered(asked, providers));
}

/** A union by `method`. Each method adds its own fields: see `shows` in domain/mfa/provider.ts. */
export function enrollingBody(providers: Providers) {
  const [first, ...others] = enrollableIn(providers).map(begunBody);
  if (!first) throw new Error('No method can be enrolled');
  const refs = enrollableIn(providers).map(({ method }) => [
    method,
    `#/components/schemas/${begunName(method)}`,
  ]);
  return withExamples(z.discriminatedUnion('method', [first, ...others]), offered(answered, providers))
    .describe('The factor is pending until its first code. `method` determines the other fields.')
    .meta({
      title: 'PendingEnrolment',
      discriminator: { propertyName: 'method', mapping: Object.fromEntries(refs) },
    });
}

function begunBody({ method, title, shows }: MFAProvider) {
  return z
    .strictObject({
      method: z.literal(method),
      factor_id: id,
      next_step: z.literal('verify_enrollment'),
      expires_in: durationSeconds,
      resend_in: sendingShape.resend_in,
      ...shows,
    })
    .describe(title)
    .meta({ title: begunName(method) });
}

/** The title of the schema, as a code generator may use it for a type: `PendingEnrolmentTotp`. */
function begunName(method: string): string {
  return `PendingEnrolment_${method}`.replace(/_(.)/g, (_part, initial: string) => initial.toUpperCase());
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
    factor_id: id.optional().describe('By default the newest pending factor'),
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
    'back from Duo': { response: ceremonyExamples.duo },
  });
}

const confirmed = { success: true, factor_id: shown.factorId, ...tokensExample } as const;
export const confirmedBody = withExamples(
  z.strictObject({
    success: z.literal(true),
    factor_id: id,
    recovery_codes: z.array(z.string()).optional().describe('Shown once'),
    passkey: z
      .literal(true)
      .optional()
      .describe('The new credential can log in without a name and a password'),
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
