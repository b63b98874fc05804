import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { invalidOAuthRequest, oauthErrors } from '../../domain/service-accounts/oauth-problems.ts';
import { Problem } from '../../lib/problem.ts';
import { withExamples } from '../../platform/http/fields.ts';
import { handleProblem } from '../../platform/http/problem-handler.ts';
import { problemResponses } from '../openapi/problem-responses.ts';

/**
 * Answers the errors of RFC 6749 5.2 in the format of that RFC, which OAuth libraries read. Other errors, such as 429
 * and 503, are problems as on every route.
 */
export function handleOAuthProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = oauthProblemOf(error);
  if (!problem) {
    handleProblem(error, request, reply);
    return;
  }
  const { error: code, error_description: description } = problem.extensions;
  request.log.info({ problem: problem.type, cause: null }, 'refused');
  // RFC 6749 5.2: only for a client that used Basic. Other libraries would read the challenge and ignore the error.
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

/** The details of an invalid request, with only the characters that RFC 6749 5.2 allows. */
function detailsOf({ errors }: Readonly<Record<string, unknown>>): string {
  const all = [errors ?? []].flat().map((one) => `${Object(one).pointer}: ${Object(one).detail}`);
  return all.join('; ').replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?');
}

const errorBody = z.strictObject({
  error: z.enum(oauthErrors),
  error_description: z.string(),
});

/** The `response` entries of an OAuth route: 400 and 401 in the format of RFC 6749 5.2, all others as problems. */
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
