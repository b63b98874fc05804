import type { FastifyReply } from 'fastify';
import { dependencyUnavailable } from '../../lib/problem.ts';
import type { App } from './app-type.ts';

/** However slowly a database answers, statement by statement: whoever waits longer has given up. */
const longestMs = 9_000;
const lookMs = 250;

/**
 * Answers 503 to whoever has waited too long. The work goes on, and may still change what it was to change, as when an
 * answer is lost on the way. One timer for all requests: one for each, as Fastify's `handlerTimeout` has, costs a guarded
 * request a quarter of its speed.
 */
export function answerInTime(app: App): void {
  const since = new Map<FastifyReply, number>(); // the oldest first
  app.addHook('onRequest', (_request, reply, done) => {
    since.set(reply, performance.now());
    done();
  });
  app.addHook('onResponse', (_request, reply, done) => {
    since.delete(reply);
    done();
  });
  const timer = setInterval(() => {
    for (const [reply, at] of since) {
      if (performance.now() - at < longestMs) return;
      since.delete(reply);
      if (reply.raw.headersSent) continue; // what has begun, such as an export, goes on
      reply.send(dependencyUnavailable({ detail: 'The request took too long. Try again.', retry_after: 2 }));
      reply.hijack(); // what the work still answers goes nowhere
    }
  }, lookMs);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));
}
