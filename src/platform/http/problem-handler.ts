import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { isUnavailable } from '../../../db/availability.ts';
import { causeOf, errorName } from '../../lib/error-name.ts';
import { faultsOf } from '../../lib/parse-input.ts';
import { dependencyUnavailable, invalidRequest, Problem, plainProblem, slugOf } from '../../lib/problem.ts';
import { detailOf } from './problem-detail.ts';

/** Renders any thrown error as RFC 9457. No other code does. */
export function handleProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = error === request.raw.errored ? leftEarly(error) : problemOf(error);
  const log = {
    problem: problem?.type ?? 'about:blank',
    cause: causeOf(problem?.cause ?? (problem ? null : error)),
  };
  if (problem?.status === 503)
    request.server.logUnavailable(`${log.problem} ${kindOf(problem.cause)}`, log, request.log);
  else if (!problem || problem.status >= 500) request.log.error(log, 'refused');
  else request.log.info(log, 'refused');

  request.server.deps.metrics.refusal(problem ? slugOf(problem) : 'about:blank', problem?.limit ?? null);
  const status = problem?.status ?? 500;
  for (const [name, value] of Object.entries(problem ? headersOf(problem) : {})) reply.header(name, value);
  reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify(bodyOf(problem, status, request.id)));
}

/** The class and the code, without the stack. */
function kindOf(cause: unknown): string {
  return cause === undefined ? '' : errorName(cause);
}

export function bodyOf(problem: Problem | undefined, status: number, requestId: string) {
  const instance = `urn:uuid:${requestId}`;
  const detail = detailOf(problem ?? null, status);
  if (!problem) return { type: 'about:blank', title: STATUS_CODES[status], status, detail, instance };
  const { type, title, extensions } = problem;
  return { type, title, status, detail, ...extensions, instance };
}

/**
 * A client that disconnects in the middle of its body gets no answer. Its ECONNRESET must not count as a fault of the
 * database.
 */
function leftEarly(error: unknown): Problem {
  return invalidRequest({ errors: [{ pointer: '#', detail: 'The body ended too early' }] }, error);
}

function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return invalidInput(error);
  if (isUnavailable(error)) {
    return dependencyUnavailable(
      { detail: 'The database does not answer. Try again.', retry_after: 2 },
      error,
    );
  }
  return fastifyRefusal(error);
}

function invalidInput(
  error: FastifyError & { validation: NonNullable<FastifyError['validation']> },
): Problem {
  const errors = error.validation.flatMap(({ instancePath, message, keyword, params }) => {
    const path = instancePath
      .split('/')
      .slice(1)
      .filter((step) => step !== '');
    return faultsOf([{ ...params, code: keyword, path, message: message ?? 'Not as described' }]);
  });
  const where =
    error.validationContext && error.validationContext !== 'body' ? { in: error.validationContext } : {};
  if (error.validationContext === 'querystring') return invalidRequest({ errors: errors.map(inQuery) });
  return invalidRequest({ errors: errors.map((one) => ({ ...one, ...where })) });
}

/** Names a query parameter as ambiguityOf in requests.ts does. */
function inQuery({ pointer, detail }: { readonly pointer: string; readonly detail: string }) {
  return {
    pointer: `?${pointer.slice('#/'.length)}`,
    detail: detail.replace(
      'a field of this request. Its fields',
      'a parameter of this route. Its parameters',
    ),
  };
}

/** Errors that Fastify itself raises before a route runs: 400, 413, 415. Their messages contain no secret. */
function fastifyRefusal(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const status = Number(error.statusCode);
  if (status === 400) return invalidRequest({ errors: [{ pointer: '#', detail: 'Not valid JSON' }] }, error);
  if (status < 400 || status >= 500) return undefined;
  return plainProblem(status, {}, error);
}

function headersOf({ status, type, extensions }: Problem): Record<string, string | string[]> {
  const { retry_after: retryAfter } = extensions;
  const challenges = challengesOf(status, type, extensions);
  return {
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    ...(challenges.length > 0 && { 'www-authenticate': challenges }),
  };
}

/**
 * RFC 9110 15.5.2: every 401 has a challenge. RFC 6750 3.1: a request without credentials gets no error code. RFC 9470
 * 3: a missing second factor gets `insufficient_user_authentication`.
 */
function challengesOf(status: number, type: string, extensions: Readonly<Record<string, unknown>>): string[] {
  const { scope, acr_values: acrValues, max_age: maxAge } = extensions;
  switch (type) {
    case '/problems/invalid-token':
      return ['Bearer error="invalid_token"'];
    case '/problems/insufficient-scope':
      return [`Bearer error="insufficient_scope", scope="${scope}"`];
    case '/problems/mfa-token-required': {
      const age = maxAge === undefined ? '' : `, max_age="${maxAge}"`;
      return ['MFA', `Bearer error="insufficient_user_authentication", acr_values="${acrValues}"${age}`];
    }
    default:
      return status === 401 ? ['Bearer'] : [];
  }
}
