import type { DoneFuncWithErrOrRes, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parseInput } from '../../lib/parse-input.ts';
import { invalidField } from '../../lib/problem.ts';
import type { App } from '../../platform/http/app-type.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { requireService } from '../access/authenticate-service.ts';
import { guard, requireAccess } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { forwardQuery, headersOf, headersOfService, ruleOf } from './forward-schemas.ts';

/** The guard for other services: a gateway asks it before it passes on a request. */
export async function forwardRoutes(app: App): Promise<void> {
  app.get(
    '/auth/forward',
    {
      onRequest: guard((request) => {
        assertNoBody(request);
        parseInput(mfaHeader, request.headers); // before the guard uses up or counts a code
        return ruleOf(request.query);
      }),
      onSend: putProblemInHeaders,
      config: { guessing: 'codes' },
      schema: {
        tags: ['Guarded'],
        operationId: 'forward',
        summary: 'Decide whether a gateway may pass a request on',
        description:
          'Takes the Authorization and X-MFA-Token headers of that request. Answers 200 with X-Auth-Subject, ' +
          '-Username, -Roles, -Scopes, -Mfa and -Acr, or refuses as a guarded route does. A code is used up: ask once ' +
          'for each request, and cache no answer. The header X-Auth-Problem repeats the problem of a refusal in one ' +
          'line, for gateways that drop the body.',
        headers: mfaHeader,
        querystring: forwardQuery,
        response: {
          200: z.undefined().describe('It may pass'),
          ...problemResponses(
            bearerProblems,
            'insufficient-scope',
            'mfa-token-required',
            'mfa-token-invalid',
            'mfa-token-used',
            'mfa-enrollment-required',
            'conflict',
          ),
        },
      },
    },
    async (request, reply) => {
      const isService = request.query.area === 'service';
      const identity = isService
        ? headersOfService(requireService(request))
        : headersOf(requireAccess(request));
      return reply.headers(identity).send();
    },
  );
}

/** Throws 400. Some gateways send the length of a body without the body, and the service would wait for it. */
function assertNoBody({ headers }: FastifyRequest): void {
  const length = headers['content-length'];
  if (headers['transfer-encoding'] === undefined && (length === undefined || length === '0')) return;
  throw invalidField('Content-Length', 'Ask without a body, and without the length of one');
}

/**
 * nginx drops the body of a refusal, so a header repeats it. nginx may also read only the first WWW-Authenticate
 * header. So several challenges are joined into one (RFC 9110 5.3, 11.6.1).
 */
function putProblemInHeaders(
  _request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: DoneFuncWithErrOrRes,
): void {
  if (reply.statusCode >= 400 && typeof payload === 'string') {
    const challenges = reply.getHeader('www-authenticate');
    if (Array.isArray(challenges) && challenges.length > 1)
      reply.header('www-authenticate', challenges.join(', '));
    reply.header('x-auth-problem', inAscii(payload));
  }
  done(null, payload);
}

/** The same JSON with all characters outside ASCII escaped, because a header may contain only ASCII. */
function inAscii(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
