import type { ProblemName } from '../openapi/problem-catalog.ts';
import { bearerProblems } from '../openapi/problem-responses.ts';

/** The refusals of the guard on every admin route. */
export const adminReads: readonly ProblemName[] = [
  ...bearerProblems,
  'insufficient-scope',
  'mfa-token-required',
  'mfa-enrollment-required',
];

/** The refusals of the guard on routes that need a fresh second step, which X-MFA-Token may supply. */
export const adminWrites: readonly ProblemName[] = [
  ...adminReads,
  'mfa-token-invalid',
  'mfa-token-used',
  'conflict',
];
