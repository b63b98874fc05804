import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { notFound, plainProblem } from '../../lib/problem.ts';
import { stepsBetween } from '../../lib/steps-between.ts';
import { isPreflight } from './requests.ts';

/** Answers a person's browser with a page. False: the request does not come from one. */
export type AnswerBrowser = (request: FastifyRequest, reply: FastifyReply) => boolean;

/** Answers 404, or 405 with `Allow` where the path exists but not for this method (RFC 9110 15.5.6). */
export function answerUnknownRoutes(
  app: FastifyInstance,
  before: preHandlerHookHandler[],
  handlers: {
    readonly logForeignOrigin: (request: FastifyRequest) => void;
    readonly answerBrowser: AnswerBrowser;
  },
): void {
  const paths = new Set<string>();
  const known: { readonly method: string; readonly path: RegExp }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    const path = new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[^/]+/g, '[^/]+')}$`);
    for (const one of [method].flat()) known.push({ method: one, path });
    if (!/^\/docs(\/|$)|[:*]/.test(url)) paths.add(url);
  });
  app.setNotFoundHandler({ preHandler: before }, (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const allowed = known.filter((route) => route.path.test(path)).map(({ method }) => method);
    if (allowed.length === 0) {
      if (handlers.answerBrowser(request, reply)) return;
      throw notFound({ detail: `There is no such route.${hint(path, paths)}` });
    }
    const methods = [...new Set(allowed)];
    reply.header('allow', methods.join(', '));
    const detail = isPreflight(request)
      ? foreign
      : `This path does not support this method. The Allow header lists those that it supports: ${methods.join(', ')}.`;
    if (isPreflight(request)) handlers.logForeignOrigin(request);
    throw plainProblem(405, { detail });
  });
}

const foreign =
  'Pages of this origin may not call this service. Its operator lists the allowed origins in CORS_ORIGINS.';

/** The most wrong letters of a path for which the answer suggests a route. */
const mostSteps = 2;

/** Suggests a route for a path with a typing error, such as an extra slash or a wrong letter. */
function hint(path: string, paths: ReadonlySet<string>): string {
  const bare = path.replace(/\/+$/, '').toLowerCase();
  const near = paths.has(bare)
    ? bare
    : [...paths].find((known) => stepsBetween(bare, known, mostSteps) <= mostSteps);
  return near ? ` Did you mean ${near}?` : '';
}
