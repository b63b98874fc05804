import { z } from 'zod';
import { defineProblem, type Problem } from '../../lib/problem.ts';

/** The errors of RFC 6749 5.2. OAuth clients know `error` and no problem types: see api/oauth/oauth-answers.ts. */
export const oauthErrors = [
  'invalid_request',
  'invalid_client',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_grant_type',
] as const;
export type OAuthError = (typeof oauthErrors)[number];

function oauthProblem(status: 400 | 401, error: OAuthError) {
  const members = z.object({ error: z.string(), error_description: z.string() });
  const make = defineProblem(status, error.replaceAll('_', '-'), error, members);
  return (description: string, cause?: unknown): Problem =>
    make({ error, error_description: description }, cause);
}

export const invalidOAuthRequest = oauthProblem(400, 'invalid_request');
export const invalidScope = oauthProblem(400, 'invalid_scope');
export const unauthorizedClient = oauthProblem(400, 'unauthorized_client');
export const unsupportedGrantType = oauthProblem(400, 'unsupported_grant_type');
const refusedClient = oauthProblem(401, 'invalid_client');

/**
 * The same response for every fault of a client. The audit has the reason. `description` must reveal nothing about any
 * client.
 */
export function invalidClient(description?: string): Problem {
  return refusedClient(description ?? 'Client authentication failed');
}
