import type { FastifyReply } from 'fastify';
import { dependencyUnavailable } from '../../lib/problem.ts';
import type { App } from './app-type.ts';

/** Milliseconds. A database may answer each statement slowly, and clients give up after about this time. */
const longestMs = 9_000;
const lookMs = 250;

/**
 * Answers 503 to a request that has taken too long. Its work goes on and may still change data, as when an answer is
 * lost on the network. One timer serves all requests. A timer for each, as with Fastify's `handlerTimeout`, makes
 * guarded requests slower by a quarter.
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
      if (reply.raw.headersSent) continue; // an answer that has begun, such as an export, goes on
      reply.send(dependencyUnavailable({ detail: 'The request took too long. Try again.', retry_after: 2 }));
      reply.hijack(); // Fastify discards the later answer of the handler
    }
  }, lookMs);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));
}
