import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ClientInfo, readAddress } from '../../lib/client-info.ts';
import { readUtf8 } from '../../lib/plain-text.ts';
import { invalidRequest, type Problem } from '../../lib/problem.ts';
import { codeOrProof } from './fields.ts';

/**
 * Where a request came from, as the proxies in front say it. What is no address is no name for anybody: then it is the
 * address that is connected to us, whose owner let it through.
 */
export function addressOf(request: FastifyRequest): string {
  return readAddress(request.ip) ?? readAddress(request.socket.remoteAddress) ?? 'unknown';
}

export function clientOf(request: FastifyRequest): ClientInfo {
  return { ip: addressOf(request), userAgent: request.headers['user-agent'] ?? null, requestId: request.id };
}

/** A browser asks whether a page of another origin may call (Fetch 3.3.2). Any other OPTIONS is a method like the rest. */
export function isPreflight({ headers }: FastifyRequest): boolean {
  return headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

const single = ['authorization', 'x-mfa-token'];

/**
 * What another server on the way may read differently is refused: a credential given twice, or in the URL
 * (RFC 6750 2.3). Node would take the first of two Authorization headers and say nothing.
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
 * Node reads each byte of a header as a letter of ISO 8859-1. A code of full-width digits came in UTF-8: it is read so,
 * and put back, before anybody looks at it.
 */
export function readMfaHeader({ raw }: FastifyRequest): void {
  const given = raw.headers['x-mfa-token'];
  if (typeof given !== 'string' || !/[\u0080-\u00ff]/.test(given) || /[^\0-\u00ff]/.test(given)) return;
  raw.headers['x-mfa-token'] = readUtf8(Buffer.from(given, 'latin1')) ?? given;
}

/** A code or a proof beside the bearer. What is in the body goes before it. */
export const mfaHeader = z.object({
  'x-mfa-token': codeOrProof
    .optional()
    .describe('A code or a proof; also a recovery code, if the policy accepts one'),
});

/** 202: nobody has decided yet; when to ask again, in seconds (RFC 9110 10.2.3). */
export function pending(reply: FastifyReply, seconds: number) {
  reply.code(202).header('retry-after', seconds);
  return { status: 'pending' as const, retry_after: seconds };
}
