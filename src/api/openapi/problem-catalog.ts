import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import {
  challengeInvalid,
  factorExists,
  lastFactor,
  methodNotAllowed,
  mfaEnrollmentRequired,
  mfaTokenInvalid,
  mfaTokenRequired,
  mfaTokenUsed,
} from '../../domain/mfa/mfa-problems.ts';
import { passwordRejected } from '../../domain/passwords/password-problems.ts';
import { locksOut } from '../../domain/policy/policy-problems.ts';
import {
  authenticationRequired,
  forbidden,
  insufficientScope,
  invalidCredentials,
  invalidPassword,
  invalidToken,
} from '../../domain/sessions/login-problems.ts';
import {
  conflict,
  dependencyUnavailable,
  invalidField,
  limitReasons,
  notFound,
  Problem,
  tooManyAttempts,
} from '../../lib/problem.ts';
import { time } from '../../platform/http/fields.ts';
import { reasonOf } from '../../platform/http/reasons.ts';
import { methodBody } from '../auth/login-schemas.ts';
import { notReadyShown } from '../operations/readiness.ts';

const seconds = z.int().min(0);
/** If the code of a login cannot be sent, the user continues with another method and need not repeat the password. */
const otherWays = {
  temp_token: z.string().optional(),
  expires_in: seconds.optional(),
  methods: z.array(methodBody).optional(),
};

/** Every problem of the API: an example, and the schemas of the fields beyond those of RFC 9457. */
export const catalog = {
  'invalid-request': [
    invalidField('#/username', 'Must not be empty'),
    {
      errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string(), in: z.string().optional() })),
      reason: reasonOf('invalid-request').optional(),
    },
  ],
  'invalid-credentials': [invalidCredentials({ detail: 'Invalid credentials' }), {}],
  'invalid-password': [invalidPassword({ detail: 'Invalid password' }), {}],
  'authentication-required': [
    authenticationRequired({ detail: 'Send an access token: Authorization: Bearer …' }),
    {},
  ],
  'invalid-token': [invalidToken({ detail: 'The session of this token has ended.' }), {}],
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
    {
      attempts_remaining: z.int().min(0).optional(),
      retry_after: seconds
        .optional()
        .describe('If no attempts remain: seconds until codes are accepted again'),
    },
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
      detail: 'This area requires a second factor. Enrol one with the enrolment token.',
      enrollment_token: 'eyJhbGciOiJFUzI1NiJ9…',
      expires_in: 600,
      methods: ['totp', 'sms'],
      grace_ended_at: null,
    }),
    {
      enrollment_token: z
        .string()
        .optional()
        .describe('A bearer token for the enrolment routes, if a login ended with this problem'),
      expires_in: seconds.optional(),
      methods: z.array(z.string()),
      grace_ended_at: time.nullable().optional(),
    },
  ],
  'method-not-allowed': [
    methodNotAllowed({
      detail: 'The method sms cannot be enrolled here. Methods that can: totp, webauthn.',
      methods: ['totp', 'webauthn'],
    }),
    { methods: z.array(z.string()).optional().describe('At an enrolment: the methods that are allowed') },
  ],
  'insufficient-scope': [
    insufficientScope({ detail: 'The token needs the scope data:read.', scope: 'data:read' }),
    { scope: z.string() },
  ],
  forbidden: [
    forbidden({ detail: 'This account has no access to the area admin.' }),
    { reason: reasonOf('forbidden').optional() },
  ],
  'not-found': [notFound({ detail: 'You have no such factor.' }), {}],
  'factor-exists': [factorExists({ detail: 'This address or number is already enrolled.' }), {}],
  'last-factor': [
    lastFactor({ detail: 'The policy requires you to have a second factor. Enrol another one first.' }),
    {},
  ],
  conflict: [conflict(), { reason: reasonOf('conflict').optional() }],
  'locks-out': [
    locksOut({
      detail:
        'No active administrator has a factor that this policy accepts. Let one enrol such a factor first.',
    }),
    {
      shut_out: z
        .int()
        .optional()
        .describe('How many users the change of the rollout would shut out at once'),
    },
  ],
  'content-too-large': [plain(413), {}],
  'uri-too-long': [plain(414), {}],
  'unsupported-media-type': [plain(415), {}],
  'password-rejected': [
    passwordRejected({
      reason: 'too_short',
      detail: 'Use at least 12 characters; a few unrelated words will do.',
    }),
    { reason: reasonOf('password-rejected') },
  ],
  'too-many-attempts': [
    tooManyAttempts('second_factor', {
      detail: 'Too many wrong codes. Wait, then start again.',
      retry_after: 900,
    }),
    {
      reason: z.enum(limitReasons).describe('Wrong passwords, wrong codes, sends, or requests of an address'),
      retry_after: seconds.describe('Seconds; also the Retry-After header'),
    },
  ],
  'dependency-unavailable': [
    dependencyUnavailable({ detail: 'The database does not answer. Try again.', retry_after: 2 }),
    { retry_after: seconds.optional(), reason: reasonOf('dependency-unavailable').optional(), ...otherWays },
  ],
  'not-ready': notReadyShown,
} as const satisfies Record<string, readonly [Problem, z.ZodRawShape]>;

/** A refusal by Fastify before the handler of a route runs. */
function plain(status: 413 | 414 | 415): Problem {
  return new Problem(status, 'about:blank', STATUS_CODES[status] ?? 'Refused');
}
