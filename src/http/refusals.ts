import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { locksOut } from '../areas/core/area-problems.ts';
import {
  authenticationRequired,
  forbidden,
  insufficientScope,
  invalidCredentials,
  invalidPassword,
  invalidToken,
} from '../login/core/login-problems.ts';
import { methodBody } from '../login/login-wire.ts';
import {
  challengeInvalid,
  factorExists,
  lastFactor,
  methodNotAllowed,
  mfaEnrollmentRequired,
  mfaTokenInvalid,
  mfaTokenRequired,
  mfaTokenUsed,
} from '../mfa/core/problems.ts';
import {
  conflict,
  dependencyUnavailable,
  invalidField,
  notFound,
  Problem,
  tooManyAttempts,
} from '../problem.ts';
import { passwordRejected } from '../users/core/password-problems.ts';
import { bodyOf } from './problem-handler.ts';
import { notReadyShown } from './ready-wire.ts';
import { time } from './text.ts';

const seconds = z.int().min(0);
/** A login past its password whose code could not be sent goes on with another method. */
const otherWays = {
  temp_token: z.string().optional(),
  expires_in: seconds.optional(),
  methods: z.array(methodBody).optional(),
};

/** Every problem that the API answers with: one as it is thrown, and the shape of what it carries beside the usual. */
const catalog = {
  'invalid-request': [
    invalidField('#/username', 'Must not be empty'),
    {
      errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string(), in: z.string().optional() })),
      reason: z.string().optional(),
    },
  ],
  'invalid-credentials': [invalidCredentials({ detail: 'Invalid credentials' }), {}],
  'invalid-password': [invalidPassword({ detail: 'Invalid password' }), {}],
  'authentication-required': [
    authenticationRequired({ detail: 'Send an access token: Authorization: Bearer …' }),
    {},
  ],
  'invalid-token': [invalidToken({ detail: 'The session of this token is over.' }), {}],
  'challenge-invalid': [challengeInvalid(), {}],
  'mfa-token-required': [
    mfaTokenRequired({
      detail: 'MFA token required',
      help: 'Step up first, or send a code as mfa_token.',
      acr_values: 'urn:sallyport:acr:2r urn:sallyport:acr:2 phr',
      max_age: 300,
    }),
    { help: z.string().describe('What to do'), acr_values: z.string(), max_age: seconds.optional() },
  ],
  'mfa-token-invalid': [
    mfaTokenInvalid({ detail: 'Invalid MFA token', attempts_remaining: 2 }),
    { attempts_remaining: z.int().min(0).optional() },
  ],
  'mfa-token-used': [
    mfaTokenUsed({
      detail: 'This code was used before. Wait for the next one, or exchange a code for a proof.',
      proof_endpoint: '/auth/mfa/proof',
    }),
    { proof_endpoint: z.string() },
  ],
  'mfa-enrollment-required': [
    mfaEnrollmentRequired({
      detail: 'This area asks for a second factor. Enrol one with the enrolment token.',
      enrollment_token: 'eyJhbGciOiJFUzI1NiJ9…',
      expires_in: 600,
      methods: ['totp', 'sms'],
      grace_ended_at: null,
    }),
    {
      enrollment_token: z
        .string()
        .optional()
        .describe('A bearer for the enrolment routes, where a login ended here'),
      expires_in: seconds.optional(),
      methods: z.array(z.string()),
      grace_ended_at: time.nullable().optional(),
    },
  ],
  'method-not-allowed': [methodNotAllowed({ detail: 'The method sms cannot be enrolled here.' }), {}],
  'insufficient-scope': [
    insufficientScope({ detail: 'Needs the scope data:read.', scope: 'data:read' }),
    { scope: z.string() },
  ],
  forbidden: [
    forbidden({ detail: 'This account does not open the area admin.' }),
    { reason: z.string().optional() },
  ],
  'not-found': [notFound({ detail: 'You have no such factor.' }), {}],
  'factor-exists': [factorExists({ detail: 'This address or number is enrolled already.' }), {}],
  'last-factor': [
    lastFactor({ detail: 'Policy demands a second factor of you. Enrol another one first.' }),
    {},
  ],
  conflict: [conflict(), { reason: z.string().optional() }],
  'locks-out': [
    locksOut({ detail: 'No active administrator has a factor that would count. Let one enrol it first.' }),
    {},
  ],
  'content-too-large': [plain(413), {}],
  'uri-too-long': [plain(414), {}],
  'unsupported-media-type': [plain(415), {}],
  'password-rejected': [
    passwordRejected({
      reason: 'too_short',
      detail: 'Use at least 12 characters; a few unrelated words will do.',
    }),
    { reason: z.enum(['too_short', 'too_long', 'blocklisted', 'context_word', 'reused', 'composition']) },
  ],
  'too-many-attempts': [
    tooManyAttempts('second_factor', {
      detail: 'Too many wrong codes. Wait, then start again.',
      retry_after: 900,
    }),
    { retry_after: seconds.describe('Seconds; also the Retry-After header'), ...otherWays },
  ],
  'dependency-unavailable': [
    dependencyUnavailable({ detail: 'The database does not answer. Try again.', retry_after: 2 }),
    { retry_after: seconds.optional(), reason: z.string().optional(), ...otherWays },
  ],
  'not-ready': notReadyShown,
} as const satisfies Record<string, readonly [Problem, z.ZodRawShape]>;

export type Refusal = keyof typeof catalog;

/** Of every route: malformed, too fast, or the database is away. */
const everywhere: readonly Refusal[] = ['invalid-request', 'too-many-attempts', 'dependency-unavailable'];
/** Of every route behind a bearer. */
export const behindBearer: readonly Refusal[] = ['authentication-required', 'invalid-token'];

/** A route's `response` entries for what it may refuse with. */
export function refusals(...named: readonly (Refusal | readonly Refusal[])[]) {
  return responsesOf([...everywhere, ...named.flat()]);
}

/** Of every route that may be sent a body, whether it wants one or not. */
export const refusalsOfBodies = responsesOf(['content-too-large', 'unsupported-media-type']);
/** Of every route with a parameter in its path. */
export const refusalsOfPaths = responsesOf(['uri-too-long']);

/** Several problems of one status are alternatives. */
function responsesOf(named: readonly Refusal[]) {
  const statusOf = (refusal: Refusal) => catalog[refusal][0].status;
  const all = [...new Set(named)];
  const statuses = [...new Set(all.map(statusOf))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const [first, ...more] = all.filter((refusal) => statusOf(refusal) === status).map(schemaOf);
      if (!first) throw new Error('A status without a problem');
      const schema = more.length > 0 ? z.union([first, ...more]) : first;
      const description = STATUS_CODES[status] ?? 'Refused';
      return [status, { description, content: { 'application/problem+json': { schema } } }];
    }),
  );
}

function schemaOf(refusal: Refusal) {
  const [problem, more] = catalog[refusal];
  const { type, title, status } = problem;
  const members = {
    type: z.literal(type),
    title: z.literal(title),
    status: z.literal(status),
    detail: z.string().optional(),
    instance: z.string().describe('urn:uuid: and the request id, as in the log'),
    ...more,
  };
  const example = bodyOf(problem, status, 'eb06275e-3bb1-4f5e-9a2c-7a1a7f4e5a10');
  return z.strictObject(members).meta({ title: nameOf(refusal), 'x-shown': { [refusal]: example } });
}

/** In capitals and without hyphens, as it may name a type in the code of a client. */
function nameOf(refusal: Refusal): string {
  return refusal.replace(/(?:^|-)(.)/g, (_part, letter: string) => letter.toUpperCase());
}

/** What Fastify refuses before a route is reached. */
function plain(status: 413 | 414 | 415): Problem {
  return new Problem(status, 'about:blank', STATUS_CODES[status] ?? 'Refused');
}
