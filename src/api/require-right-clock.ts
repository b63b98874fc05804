import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import type { ClockWatch } from '../platform/kernel/ports.ts';

/** What grants something, or lets somebody in on a grant. Health, keys and documents are answered at any hour. */
const grants = /^\/(auth|oauth|admin|api)\//;

/** While the clock of this instance is wrong, such routes answer 503 before anything is counted, compared or sent. */
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
