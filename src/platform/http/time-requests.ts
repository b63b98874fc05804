import type { FastifyInstance, preHandlerHookHandler } from 'fastify';
import type { Metrics } from '../telemetry/metrics.ts';

/**
 * How long each route takes and how it answers. The hook of a route knows its name beforehand: asking a request for it
 * costs more than the figure. Gives the hook for what no route is there for: one figure, whatever the path was.
 */
export function timeRequests(
  app: FastifyInstance,
  { requests }: Pick<Metrics, 'requests'>,
): preHandlerHookHandler {
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) {
      const timed = requests.of(method, route.url);
      route.onResponse = [
        (_request, reply, done) => {
          timed(reply.statusCode, reply.elapsedTime / 1000);
          done();
        },
        ...[route.onResponse ?? []].flat(),
      ];
    }
  });
  const unknown = requests.of('any', 'unknown');
  return (_request, reply, done) => {
    reply.raw.once('close', () => unknown(reply.statusCode, reply.elapsedTime / 1000));
    done();
  };
}
