import { behindBearer, type Refusal } from '../openapi/problem-responses.ts';

/** What the guard of the area refuses with, on every route of it. */
export const adminReads: readonly Refusal[] = [
  ...behindBearer,
  'insufficient-scope',
  'mfa-token-required',
  'mfa-enrollment-required',
];

/** And where it asks for a fresh factor, which X-MFA-Token may bring. */
export const adminWrites: readonly Refusal[] = [
  ...adminReads,
  'mfa-token-invalid',
  'mfa-token-used',
  'conflict',
];
