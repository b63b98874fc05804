import type { FastifyInstance } from 'fastify';
import type { RequestSpan, Tracing } from '../kernel/tracing-port.ts';

declare module 'fastify' {
  interface FastifyRequest {
    span: RequestSpan | null;
  }
}

/**
 * Starts a span for each request, as the parent of all spans of its work. Fastify keeps that context while the body
 * arrives.
 */
export function traceRequests(app: FastifyInstance, tracing: Pick<Tracing, 'begin'>): void {
  app.decorateRequest('span', null);
  app.addHook('onRequest', (request, _reply, done) => {
    const { traceparent } = request.headers;
    const one = typeof traceparent === 'string' ? traceparent : undefined;
    request.span = tracing.begin(request.method, { traceparent: one });
    request.span.run(done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    request.span?.end({ route: request.routeOptions.url ?? null, status: reply.statusCode });
    done();
  });
}
