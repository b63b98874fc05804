import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { invalidOAuthRequest, oauthErrors } from '../../domain/service-accounts/oauth-problems.ts';
import { Problem } from '../../lib/problem.ts';
import { withExamples } from '../../platform/http/fields.ts';
import { handleProblem } from '../../platform/http/problem-handler.ts';
import { problemResponses } from '../openapi/problem-responses.ts';

/**
 * What RFC 6749 5.2 names is answered as it says, for the libraries that read it; everything else, such as 429 and 503, is
 * a problem as everywhere.
 */
export function handleOAuthProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = oauthProblemOf(error);
  if (!problem) {
    handleProblem(error, request, reply);
    return;
  }
  const { error: code, error_description: description } = problem.extensions;
  request.log.info({ problem: problem.type, cause: null }, 'refused');
  // RFC 6749 5.2. Elsewhere libraries would take the challenge for the answer, and drop the error beside it.
  if (problem.status === 401 && /^basic\b/i.test(request.headers.authorization ?? ''))
    reply.header('www-authenticate', 'Basic realm="sallyport", charset="UTF-8"');
  const body = JSON.stringify({ error: code, error_description: description });
  reply.code(problem.status).type('application/json; charset=utf-8').send(body);
}

function oauthProblemOf(error: unknown): Problem | undefined {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const names = error.validation.map(({ instancePath }) => instancePath.split('/')[1] || 'The form');
    return invalidOAuthRequest(`${[...new Set(names)].join(', ')}: not as described`);
  }
  if (error instanceof Problem && 'error' in error.extensions) return error;
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : undefined;
  if (status === 400) return invalidOAuthRequest('Not a form');
  if (!(error instanceof Problem) || error.status !== 400) return undefined;
  return invalidOAuthRequest(detailsOf(error.extensions));
}

/** In the characters that RFC 6749 5.2 allows. */
function detailsOf({ errors }: Readonly<Record<string, unknown>>): string {
  const all = [errors ?? []].flat().map((one) => `${Object(one).pointer}: ${Object(one).detail}`);
  return all.join('; ').replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?');
}

const errorBody = z.strictObject({
  error: z.enum(oauthErrors),
  error_description: z.string(),
});

/** A route's `response` entries: RFC 6749 for 400 and, where clients authenticate, 401. */
export function oauthProblemResponses() {
  const refused = withExamples(errorBody.meta({ title: 'OAuthError' }), {
    invalid_request: { error: 'invalid_request', error_description: 'grant_type: not as described' },
  });
  const unauthenticated = withExamples(
    z
      .strictObject({ error: z.literal('invalid_client'), error_description: z.string() })
      .meta({ title: 'InvalidClient' }),
    {
      invalid_client: { error: 'invalid_client', error_description: 'Client authentication failed' },
      'an assertion that lasts too long': {
        error: 'invalid_client',
        error_description: 'client_assertion: exp must be at most 300 seconds ahead',
      },
    },
  );
  const content = (schema: z.ZodType) => ({ content: { 'application/json': { schema } } });
  return {
    ...problemResponses(),
    400: { description: 'Bad Request', ...content(refused) },
    401: { description: 'Unauthorized', ...content(unauthenticated) },
  };
}
