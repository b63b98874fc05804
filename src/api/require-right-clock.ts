import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import type { ClockWatch } from '../platform/kernel/ports.ts';

/** Routes that issue or accept credentials. Health, key and document routes answer even if the clock is wrong. */
const grants = /^\/(auth|oauth|admin|api)\//;

/**
 * While the clock of this instance is wrong, routes that issue or accept credentials answer 503. They do so before the
 * service counts, compares or sends anything.
 */
export function requireRightClock(app: FastifyInstance, clock: ClockWatch): void {
  const hook: onRequestHookHandler = (_request, _reply, done) => {
    try {
      const checking = clock.assertRight();
      if (checking) checking.then(() => done(), done);
      else done();
    } catch (error) {
      done(error instanceof Error ? error : new Error('No clock'));
    }
  };
  app.addHook('onRoute', (route) => {
    if (grants.test(route.url)) route.onRequest = [hook, ...[route.onRequest ?? []].flat()];
  });
}
