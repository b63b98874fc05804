import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ClientInfo, readAddress } from '../../lib/client-info.ts';
import { readUtf8 } from '../../lib/plain-text.ts';
import { invalidRequest, type Problem } from '../../lib/problem.ts';
import { codeOrProof } from './fields.ts';

/**
 * The client's address, as the trusted proxies report it. If that is not an IP address, it must not become an identity
 * of its own. Then the address of the connection counts, because that peer passed the value on.
 */
export function addressOf(request: FastifyRequest): string {
  return readAddress(request.ip) ?? readAddress(request.socket.remoteAddress) ?? 'unknown';
}

export function clientOf(request: FastifyRequest): ClientInfo {
  return { ip: addressOf(request), userAgent: request.headers['user-agent'] ?? null, requestId: request.id };
}

/**
 * A preflight: a browser asks whether a page of another origin may call (Fetch 3.3.2). Any other OPTIONS is an ordinary
 * method.
 */
export function isPreflight({ headers }: FastifyRequest): boolean {
  return headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

const single = ['authorization', 'x-mfa-token'];

/**
 * Refuses what another server on the way may read differently: a credential that comes twice, or in the URL (RFC 6750
 * 2.3). Node would silently use the first of two Authorization headers.
 */
export function ambiguityOf(request: FastifyRequest): Problem | undefined {
  const errors = [...doubled(request), ...undeclared(request)];
  return errors.length > 0 ? invalidRequest({ errors }) : undefined;
}

function doubled({ raw }: FastifyRequest) {
  const errors = [];
  for (const name of single) {
    if (raw.headers[name] === undefined) continue;
    let times = 0;
    for (let at = 0; at < raw.rawHeaders.length; at += 2) if (isHeader(raw.rawHeaders[at], name)) times += 1;
    const list = name === 'x-mfa-token' && String(raw.headers[name]).includes(',');
    if (times > 1 || list)
      errors.push({
        pointer: name === 'authorization' ? 'Authorization' : 'X-MFA-Token',
        detail: 'Send it once, with one value',
      });
  }
  return errors;
}

function isHeader(raw: string | undefined, name: string): boolean {
  return raw?.length === name.length && raw.toLowerCase() === name;
}

function undeclared(request: FastifyRequest) {
  if (request.is404 && request.method === 'GET') return []; // what is wrong is the path
  for (const name in Object(request.query)) {
    if (request.routeOptions.schema?.querystring) return [];
    const token = /token|authorization/i.test(name)
      ? '. Send a token as the header Authorization: Bearer …'
      : '';
    return [{ pointer: `?${name.slice(0, 40)}`, detail: `Not a parameter of this route${token}` }];
  }
  return [];
}

/**
 * Node decodes headers as ISO 8859-1, but a code of full-width digits arrives in UTF-8. This decodes it again and
 * replaces the header before any other code reads it.
 */
export function readMfaHeader({ raw }: FastifyRequest): void {
  const given = raw.headers['x-mfa-token'];
  if (typeof given !== 'string' || !/[\u0080-\u00ff]/.test(given) || /[^\0-\u00ff]/.test(given)) return;
  raw.headers['x-mfa-token'] = readUtf8(Buffer.from(given, 'latin1')) ?? given;
}

/** A code or a proof next to the bearer token. A code or proof in the body takes precedence. */
export const mfaHeader = z.object({
  'x-mfa-token': codeOrProof
    .optional()
    .describe('A code or a proof; also a recovery code, if the policy accepts one'),
});

/** 202: the user has not decided yet. `seconds` is when the client may ask again (RFC 9110 10.2.3). */
export function pending(reply: FastifyReply, seconds: number) {
  reply.code(202).header('retry-after', seconds);
  return { status: 'pending' as const, retry_after: seconds };
}
