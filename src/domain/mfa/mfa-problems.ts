import { defineProblem } from '../../lib/problem.ts';

export const challengeInvalid = defineProblem(401, 'challenge-invalid', 'The login is over, start again');
export const mfaTokenRequired = defineProblem(403, 'mfa-token-required', 'MFA token required');
export const mfaTokenInvalid = defineProblem(403, 'mfa-token-invalid', 'Invalid MFA token');
export const mfaTokenUsed = defineProblem(403, 'mfa-token-used', 'This code was used before');
export const mfaEnrollmentRequired = defineProblem(
  403,
  'mfa-enrollment-required',
  'A second factor must be enrolled first',
);
export const methodNotAllowed = defineProblem(403, 'method-not-allowed', 'This method is not allowed here');
export const factorExists = defineProblem(409, 'factor-exists', 'There is such a factor already');
export const lastFactor = defineProblem(409, 'last-factor', 'The last factor stays while policy demands one');
