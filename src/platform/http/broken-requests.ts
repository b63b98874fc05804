import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { invalidRequest } from '../../lib/problem.ts';
import { detailOf } from './problem-detail.ts';
import { handleProblem } from './problem-handler.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Answers requests for which Fastify runs no hook. Fastify looks up no route for a URL that is too long or that it
 * cannot decode. Node makes no request from bytes that are not HTTP, from too many headers, or from a request that
 * never ends.
 * `headers` are the headers that every other answer has.
 */
export function refuseBroken(headers: Headers) {
  return {
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const errors = [{ pointer: 'URL', detail: 'Cannot be decoded' }];
      reply.headers(headers);
      handleProblem(error.statusCode === 400 ? invalidRequest({ errors }, error) : error, request, reply);
    },
    clientErrorHandler: (error: Error & { readonly code?: string }, socket: Socket) =>
      refuseBytes(headers, error, socket),
  };
}

function refuseBytes(headers: Headers, error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = statusOf(error.code);
  const title = STATUS_CODES[status];
  const body = JSON.stringify({ type: 'about:blank', title, status, detail: detailOf(null, status) });
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
