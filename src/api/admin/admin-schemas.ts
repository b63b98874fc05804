import { bearerProblems, type ProblemName } from '../openapi/problem-responses.ts';

/** What the guard of the area refuses with, on every route of it. */
export const adminReads: readonly ProblemName[] = [
  ...bearerProblems,
  'insufficient-scope',
  'mfa-token-required',
  'mfa-enrollment-required',
];

/** And where it asks for a fresh factor, which X-MFA-Token may bring. */
export const adminWrites: readonly ProblemName[] = [
  ...adminReads,
  'mfa-token-invalid',
  'mfa-token-used',
  'conflict',
];
