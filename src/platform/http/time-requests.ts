import type { FastifyInstance, preHandlerHookHandler } from 'fastify';
import type { Metrics } from '../telemetry/metrics.ts';

/**
 * Measures the duration and the status of each route. A hook for each route knows the route's name in advance. Looking
 * the name up in each request costs more than the measurement.
 * Returns a hook for unknown routes, which share one figure for all paths.
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
