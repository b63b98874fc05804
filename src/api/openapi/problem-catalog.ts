import { z } from 'zod';
import * as mfa from '../../domain/mfa/mfa-problems.ts';
import { passwordRejected } from '../../domain/passwords/password-problems.ts';
import { locksOut } from '../../domain/policy/policy-problems.ts';
import * as login from '../../domain/sessions/login-problems.ts';
import {
  conflict,
  dependencyUnavailable,
  type Extensions,
  invalidRequest,
  notFound,
  type Problem,
  type ProblemKind,
  plainProblem,
  tooManyRequests,
  wholeSeconds,
} from '../../lib/problem.ts';
import { methodBody, trustDuration } from '../auth/login-schemas.ts';
import { notReady } from '../operations/readiness.ts';

/** If the code of a login cannot be sent, the user continues with another method and need not repeat the password. */
const otherWays = {
  temp_token: z.string().optional(),
  expires_in: wholeSeconds.optional(),
  methods: z.array(methodBody).optional(),
  trust_device_seconds: trustDuration,
};

type Entry<Name extends string> = {
  readonly name: Name;
  /** An example. */
  readonly problem: Problem;
  /** The schemas of the members beyond those of RFC 9457. */
  readonly shape: z.ZodRawShape;
};

/** Every problem of the API, with an example. */
export const catalog = [
  entry(invalidRequest, { errors: [{ pointer: '#/username', detail: 'Must not be empty' }] }),
  entry(login.invalidCredentials, { detail: 'Invalid credentials' }),
  entry(login.invalidPassword, { detail: 'Invalid password' }),
  entry(login.authenticationRequired, { detail: 'Send an access token: Authorization: Bearer …' }),
  entry(login.invalidToken, { detail: 'The session of this token has ended.' }),
  entry(mfa.challengeInvalid, {}),
  entry(mfa.mfaTokenRequired, {
    detail: 'MFA token required',
    help: 'Step up first, or send a code as mfa_token.',
    acr_values: 'urn:sallyport:acr:2r urn:sallyport:acr:2 phr',
    max_age: 300,
  }),
  entry(mfa.mfaTokenInvalid, { detail: 'Invalid MFA token', attempts_remaining: 2 }),
  entry(mfa.mfaTokenUsed, {
    detail: 'This code was used before. Wait for the next one, or exchange a code for a proof.',
    proof_endpoint: '/auth/mfa/proof',
  }),
  entry(mfa.mfaEnrollmentRequired, {
    detail: 'This area requires a second factor. Enrol one with the enrolment token.',
    enrollment_token: 'eyJhbGciOiJFUzI1NiJ9…',
    expires_in: 600,
    methods: ['totp', 'sms'],
    grace_ended_at: null,
  }),
  entry(mfa.methodNotAllowed, {
    detail: 'The method sms cannot be enrolled here. Methods that can: totp, webauthn.',
    methods: ['totp', 'webauthn'],
  }),
  entry(login.insufficientScope, { detail: 'The token needs the scope data:read.', scope: 'data:read' }),
  entry(login.forbidden, { detail: 'This account has no access to the area admin.' }),
  entry(notFound, { detail: 'You have no such factor.' }),
  entry(mfa.factorExists, { detail: 'This address or number is already enrolled.' }),
  entry(mfa.lastFactor, {
    detail: 'The policy requires you to have a second factor. Enrol another one first.',
  }),
  entry(conflict, {}),
  entry(locksOut, {
    detail:
      'No active administrator has a factor that this policy accepts. Let one enrol such a factor first.',
  }),
  plain('content-too-large', 413),
  plain('uri-too-long', 414),
  plain('unsupported-media-type', 415),
  entry(passwordRejected, {
    reason: 'too_short',
    detail: 'Use at least 12 characters; a few unrelated words will do.',
  }),
  entry(tooManyRequests, {
    reason: 'second_factor',
    detail: 'Too many wrong codes. Wait, then start again.',
    retry_after: 900,
  }),
  entry(
    dependencyUnavailable,
    { detail: 'The database does not answer. Try again.', retry_after: 2 },
    otherWays,
  ),
  entry(notReady, { detail: 'The database does not answer.', not_ready: ['database'], retry_after: 5 }),
];

export type ProblemName = (typeof catalog)[number]['name'];

/** `more`: members that the routes of a login add. */
function entry<Name extends string, Shape extends z.ZodRawShape>(
  kind: ProblemKind<Name, Shape>,
  example: Extensions<Shape>,
  more: z.ZodRawShape = {},
): Entry<Name> {
  return { name: kind.slug, problem: kind(example), shape: { ...kind.shape, ...more } };
}

/** A refusal by Fastify before the handler of a route runs. */
function plain<Name extends string>(name: Name, status: 413 | 414 | 415): Entry<Name> {
  return { name, problem: plainProblem(status), shape: {} };
}
