import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Redis } from 'ioredis';
import { networkOf } from '../origin.ts';
import { tooManyAttempts } from '../problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A route that takes a password or a code: counted by itself, and allowed less often. */
    readonly guessing?: true;
  }
}

export type RateLimits = {
  readonly requestsPerMinute: number;
  readonly loginsPerMinute: number;
  /** Shared by all instances; null: each counts for itself. */
  readonly redis: Redis | null;
};

/**
 * A ceiling per address against floods. Wide, for an office may sit behind one address: what stops guessing is counted
 * per user, in the database. Redis gone: requests go on, for nobody may be locked out by that.
 */
export async function limitRates(app: FastifyInstance, limits: RateLimits): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    timeWindow: '1 minute',
    max: (request: FastifyRequest) =>
      isGuessing(request) ? limits.loginsPerMinute : limits.requestsPerMinute,
    keyGenerator: (request) => `${isGuessing(request) ? 'guess' : 'any'}:${networkOf(request.ip)}`,
    errorResponseBuilder: (_request, { ttl }) =>
      tooManyAttempts({ detail: 'Too many requests from this address.', retry_after: Math.ceil(ttl / 1000) }),
    addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    addHeadersOnExceeding: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
    },
    skipOnError: true,
    ...(limits.redis && { redis: limits.redis, nameSpace: 'sallyport-rate:' }),
  });
  app.addHook('onRequest', app.rateLimit());
}

function isGuessing(request: FastifyRequest): boolean {
  return request.routeOptions.config?.guessing === true;
}
