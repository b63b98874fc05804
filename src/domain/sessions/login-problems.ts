import { z } from 'zod';
import { defineProblem } from '../../lib/problem.ts';
import { reasonOf } from '../../lib/problem-reasons.ts';

export const invalidCredentials = defineProblem(401, 'invalid-credentials', 'Invalid credentials');
export const invalidPassword = defineProblem(401, 'invalid-password', 'Invalid password');
export const authenticationRequired = defineProblem(
  401,
  'authentication-required',
  'Authentication required',
);
export const invalidToken = defineProblem(401, 'invalid-token', 'The token is not valid');
export const insufficientScope = defineProblem(
  403,
  'insufficient-scope',
  'The token lacks a scope',
  z.object({ scope: z.string() }),
);
export const forbidden = defineProblem(
  403,
  'forbidden',
  'Not for this account',
  z.object({ reason: reasonOf('forbidden').optional() }),
);
