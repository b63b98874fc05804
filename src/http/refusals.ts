import { z } from 'zod';
import { id, time } from './text.ts';

const retryAfter = { retry_after: z.number().int().describe('Seconds; also the Retry-After header') };
const methods = z.array(
  z.strictObject({
    method: z.string(),
    factor_id: id,
    label: z.string(),
    hint: z.string().nullable(),
    restricted: z.literal(true).optional(),
  }),
);
/** A login past its password whose code could not be sent goes on with another method. */
const otherWays = {
  temp_token: z.string().optional(),
  expires_in: z.number().int().optional(),
  methods: methods.optional(),
};
const stepUp = { acr_values: z.string(), max_age: z.number().int().optional() };

/** Every problem that the API answers with: status, title, what else it carries, and an example of that. */
const catalog = {
  'invalid-request': [
    400,
    {
      errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string(), in: z.string().optional() })),
    },
    { errors: [{ pointer: '#/username', detail: 'Must not be empty' }] },
  ],
  'invalid-credentials': [401, {}, {}],
  'invalid-password': [401, {}, {}],
  'authentication-required': [401, {}, {}],
  'invalid-token': [401, {}, {}],
  'challenge-invalid': [401, {}, {}],
  'mfa-token-required': [
    403,
    stepUp,
    { acr_values: 'urn:sallyport:acr:2r urn:sallyport:acr:2 phr', max_age: 300 },
  ],
  'mfa-token-invalid': [403, { attempts_remaining: z.number().int().optional() }, { attempts_remaining: 2 }],
  'mfa-token-used': [403, { proof_endpoint: z.string() }, { proof_endpoint: '/auth/mfa/proof' }],
  'mfa-enrollment-required': [
    403,
    {
      enrollment_token: z.string().optional(),
      expires_in: z.number().int().optional(),
      methods: z.array(z.string()),
      grace_ended_at: time.nullable().optional(),
    },
    { enrollment_token: 'eyJhbGciOiJFUzI1NiJ9…', expires_in: 600, methods: ['totp'], grace_ended_at: null },
  ],
  'method-not-allowed': [403, {}, {}],
  'insufficient-scope': [403, { scope: z.string() }, { scope: 'data:read' }],
  forbidden: [403, {}, {}],
  'not-found': [404, {}, {}],
  'factor-exists': [409, {}, {}],
  'last-factor': [409, {}, {}],
  conflict: [409, {}, {}],
  'password-rejected': [
    422,
    { reason: z.enum(['too_short', 'too_long', 'blocklisted', 'context_word', 'reused', 'composition']) },
    { reason: 'too_short' },
  ],
  'too-many-attempts': [429, { ...retryAfter, ...otherWays }, { retry_after: 900 }],
  'dependency-unavailable': [
    503,
    { retry_after: retryAfter.retry_after.optional(), reason: z.string().optional(), ...otherWays },
    { retry_after: 2 },
  ],
} as const satisfies Record<string, readonly [number, z.ZodRawShape, Record<string, unknown>]>;

export type Refusal = keyof typeof catalog;

/** Of every route: malformed, too fast, or the database is away. */
const everywhere: readonly Refusal[] = ['invalid-request', 'too-many-attempts', 'dependency-unavailable'];
/** Of every route behind a bearer. */
export const behindBearer: readonly Refusal[] = ['authentication-required', 'invalid-token'];

/** A route's `response` entries for what it may refuse with; several problems of one status are alternatives. */
export function refusals(...named: readonly (Refusal | readonly Refusal[])[]) {
  const all = [...new Set([...everywhere, ...named.flat()])];
  const statuses = [...new Set(all.map((refusal) => catalog[refusal][0]))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const [first, ...more] = all.filter((refusal) => catalog[refusal][0] === status).map(schemaOf);
      if (!first) throw new Error('A status without a problem');
      const schema = more.length > 0 ? z.union([first, ...more]) : first;
      return [status, { description: 'Refused', content: { 'application/problem+json': { schema } } }];
    }),
  );
}

function schemaOf(refusal: Refusal) {
  const [status, more] = catalog[refusal];
  return z.strictObject({
    type: z.literal(`/problems/${refusal}`),
    title: z.string(),
    status: z.literal(status),
    detail: z.string().optional(),
    instance: z.string().describe('urn:uuid: and the request id, as in the log'),
    ...more,
  });
}

/** For the OpenAPI document. */
export function exampleOf(type: string): Record<string, unknown> | undefined {
  const refusal = Object.keys(catalog).find((key) => type === `/problems/${key}`);
  if (!refusal) return undefined;
  const [status, , more] = catalog[refusal as Refusal];
  const title = refusal.replaceAll('-', ' ');
  return {
    type,
    title: title.charAt(0).toUpperCase() + title.slice(1),
    status,
    ...more,
    instance: 'urn:uuid:eb06275e-3bb1-4f5e-9a2c-7a1a7f4e5a10',
  };
}
