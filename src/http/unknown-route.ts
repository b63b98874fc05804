import type { FastifyInstance, preHandlerHookHandler } from 'fastify';
import { notFound, Problem } from '../problem.ts';

/** 404, or 405 with `Allow` where the path exists but not for this method (RFC 9110 15.5.6). */
export function answerUnknownRoutes(app: FastifyInstance, before: preHandlerHookHandler[]): void {
  const known: { readonly method: string; readonly path: RegExp }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    const path = new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[^/]+/g, '[^/]+')}$`);
    for (const one of [method].flat()) known.push({ method: one, path });
  });
  app.setNotFoundHandler({ preHandler: before }, (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const allowed = known.filter((route) => route.path.test(path)).map(({ method }) => method);
    if (allowed.length === 0) throw notFound({ detail: 'There is no such route.' });
    reply.header('allow', [...new Set(allowed)].join(', '));
    throw new Problem(405, 'about:blank', 'Method Not Allowed');
  });
}
