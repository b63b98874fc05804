import { z } from 'zod';
import { defineProblem, dependencyUnavailable, Problem, wholeSeconds } from '../../lib/problem.ts';
import { reasons } from '../../lib/problem-reasons.ts';

export const challengeInvalid = defineProblem(401, 'challenge-invalid', 'The login is over, start again');
export const mfaTokenRequired = defineProblem(
  403,
  'mfa-token-required',
  'MFA token required',
  z.object({
    help: z.string().describe('What to do'),
    acr_values: z.string(),
    max_age: wholeSeconds.optional(),
  }),
);
export const mfaTokenInvalid = defineProblem(
  403,
  'mfa-token-invalid',
  'Invalid MFA token',
  z.object({
    attempts_remaining: z.int().min(0).optional(),
    retry_after: wholeSeconds
      .optional()
      .describe('If no attempts remain: seconds until codes are accepted again'),
  }),
);
export const mfaTokenUsed = defineProblem(
  403,
  'mfa-token-used',
  'This code was used before',
  z.object({ proof_endpoint: z.string() }),
);
export const mfaEnrollmentRequired = defineProblem(
  403,
  'mfa-enrollment-required',
  'A second factor must be enrolled first',
  z.object({
    enrollment_token: z
      .string()
      .optional()
      .describe('A bearer token for the enrolment routes, if a login ended with this problem'),
    expires_in: wholeSeconds.optional(),
    methods: z.array(z.string()),
    grace_ended_at: z.iso.datetime().describe('RFC 3339, UTC').nullable().optional(),
  }),
);
export const methodNotAllowed = defineProblem(
  403,
  'method-not-allowed',
  'This method is not allowed here',
  z.object({
    methods: z.array(z.string()).optional().describe('At an enrolment: the methods that are allowed'),
  }),
);
export const factorExists = defineProblem(409, 'factor-exists', 'There is such a factor already');
export const lastFactor = defineProblem(409, 'last-factor', 'The last factor stays while policy demands one');

/**
 * A carrier may refuse the number or the address of a factor that is enrolled. The person has sent neither of them in
 * this request, so it is no 400. It is 503 with the same reason: another method helps. Any other error stays.
 */
export function unreachableFactor(error: unknown): unknown {
  if (!(error instanceof Problem) || error.status !== 400) return error;
  const reason = reasons['dependency-unavailable'].find((one) => one === error.extensions.reason);
  const detail = 'No code can be sent to this factor. Use another method.';
  return dependencyUnavailable({ detail, ...(reason && { reason }) }, error.cause);
}
