import rateLimit, { type FastifyRateLimitStore, type FastifyRateLimitStoreCtor } from '@fastify/rate-limit';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import type { Redis } from 'ioredis';
import { networkOf } from '../lib/client-info.ts';
import { errorName } from '../lib/error-name.ts';
import { tooManyAttempts } from '../lib/problem.ts';
import { addressOf } from '../platform/http/requests.ts';
import { isProof } from './access/authenticate.ts';
import { countHere, countTogether } from './count-requests.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * `true`: the route takes a password or a code, so a separate, lower limit applies. `codes`: the lower limit
     * applies only to requests with a code, because all users may share the address of a gateway.
     */
    readonly guessing?: true | 'codes';
  }
}

export type RateLimits = {
  readonly requestsPerMinute: number;
  readonly loginsPerMinute: number;
  /** All instances count in this Redis. Null: each instance counts by itself. */
  readonly redis: Redis | null;
};

export type RateLimiters = {
  readonly calling: onRequestHookHandler;
  readonly guessing: onRequestHookHandler;
};

/**
 * Limits the requests per address and minute, against floods. The limits are high, because a whole office may share one
 * address. The database counts wrong passwords and codes per user, which stops guessing. If Redis fails, each instance
 * counts by itself, so that the failure locks out no user.
 *
 * Each route gets its limiter at registration, because a read of `routeOptions` on each request costs more than the
 * limit.
 */
export async function limitRates(app: FastifyInstance, limits: RateLimits): Promise<RateLimiters> {
  const quiet = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false };
  await app.register(rateLimit, {
    global: false,
    timeWindow: '1 minute',
    errorResponseBuilder: (_request, { ttl }) =>
      tooManyAttempts('address', {
        detail: 'Too many requests from this address.',
        retry_after: Math.ceil(ttl / 1000),
      }),
    addHeaders: quiet,
    addHeadersOnExceeding: quiet,
    store: storeOf(app, limits.redis),
  });
  const limiter = (name: string, max: number) =>
    app.rateLimit({ max, keyGenerator: (request) => `${name}:${networkOf(addressOf(request))}` });
  const limiters = {
    calling: limiter('any', limits.requestsPerMinute),
    guessing: limiter('guess', limits.loginsPerMinute),
  };
  app.addHook('onRoute', (route) => {
    route.onRequest = [limitOf(limiters, route.config?.guessing), ...[route.onRequest ?? []].flat()];
  });
  return limiters;
}

/** One store for all limiters: each key begins with the name of its limiter. The plugin calls `new` on the result. */
function storeOf(app: FastifyInstance, redis: Redis | null): FastifyRateLimitStoreCtor {
  const count = redis
    ? countTogether(redis, {
        onLost: (error) =>
          app.log.error(
            { cause: errorName(error) },
            'Redis does not answer; each instance counts rate limits per address by itself; see docs/cluster.md',
          ),
        onBack: () => app.log.info('Redis answers again; all instances share the rate limits per address'),
      })
    : countHere();
  return class Store implements FastifyRateLimitStore {
    incr(key: string, counted: Parameters<FastifyRateLimitStore['incr']>[1], windowMs: number) {
      const found = count(key, windowMs);
      if (!(found instanceof Promise)) return counted(null, found);
      found.then((shared) => counted(null, shared), counted);
    }
    child() {
      return this;
    }
  };
}

function limitOf(
  { calling, guessing }: RateLimiters,
  what: true | 'codes' | undefined,
): onRequestHookHandler {
  if (what !== 'codes') return what ? guessing : calling;
  return function limit(request, ...rest) {
    const mfaToken = request.headers['x-mfa-token'];
    const brings = typeof mfaToken === 'string' && !isProof(mfaToken);
    return (brings ? guessing : calling).call(this, request, ...rest);
  };
}
