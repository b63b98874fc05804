import type { FastifyRequest } from 'fastify';
import { fault } from '../../lib/parse-input.ts';
import { readUtf8 } from '../../lib/plain-text.ts';
import { invalidField, invalidRequest, type Problem } from '../../lib/problem.ts';
import type { App } from './app-type.ts';
import { whereJsonBreaks } from './json-break.ts';

/**
 * Accepts JSON in UTF-8 only (RFC 8259 8.1). A lenient reader replaces each bad byte with U+FFFD, and then many byte
 * strings are the same password. An empty body counts as no body, with any content type.
 */
export function takeJson(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    if (bytes.length === 0) return done(null, undefined);
    const json = readUtf8(Buffer.from(bytes));
    if (json === null) return done(invalidField('#', 'Not UTF-8. Send JSON in UTF-8.'));
    parse(request, json, (error, body) => {
      if (error) done(notJson(json, error));
      else done(null, body);
    });
  });
}

function notJson(json: string, cause: unknown): Problem {
  if (isJson(json))
    return invalidField('#', 'The names __proto__ and constructor are not allowed. Leave them out.', cause);
  const { line, column } = whereJsonBreaks(json);
  const detail = `Not valid JSON (line ${line}, column ${column}). Names and strings need double quotes.`;
  return invalidField('#', detail, cause);
}

function isJson(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

/**
 * A route without a body schema accepts no body or an empty object. Otherwise the service would silently ignore what
 * the client meant.
 */
export function refuseUnasked({ body, is404, routeOptions }: FastifyRequest): Problem | undefined {
  if (is404 || routeOptions.schema?.body || body === undefined || body === null) return undefined;
  const isObject = typeof body === 'object' && !Array.isArray(body);
  const names = isObject ? Object.keys(body) : [];
  if (isObject && names.length === 0) return undefined;
  const errors = names.map((name) => fault([name], 'Not a field of this request: it takes no body'));
  return invalidRequest({ errors: isObject ? errors : [fault([], 'This request takes no body')] });
}
