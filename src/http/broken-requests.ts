import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { invalidRequest } from '../problem.ts';
import { handleProblem } from './problem-handler.ts';

/** No hook runs for what is refused here, so it brings its own headers: those of every other answer. */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
};

/** A URL that cannot be decoded, or is too long: no route is ever looked for. */
export function refuseBrokenUrl(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const errors = [{ pointer: 'URL', detail: 'Cannot be decoded' }];
  reply.headers(headers);
  handleProblem(error.statusCode === 400 ? invalidRequest({ errors }, error) : error, request, reply);
}

/** Bytes that are no HTTP, too many headers, a request that never ends: there is not even a request to answer. */
export function refuseBrokenBytes(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = statusOf(error.code);
  const title = STATUS_CODES[status];
  const body = JSON.stringify({ type: 'about:blank', title, status });
  const lines = Object.entries({
    ...headers,
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${lines.join('')}\r\n${body}`);
}

function statusOf(code: string | undefined): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}
