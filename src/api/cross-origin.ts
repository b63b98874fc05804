import type { FastifyCorsOptions, FastifyCorsOptionsDelegate } from '@fastify/cors';
import type { FastifyRequest } from 'fastify';
import { clientHeader } from './auth/refresh-cookie.ts';

const listed: FastifyCorsOptions = {
  origin: true,
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: ['authorization', 'content-type', 'x-mfa-token', clientHeader],
  exposedHeaders: ['www-authenticate', 'retry-after', 'x-mfa-warning', 'x-mfa-backup-codes-remaining'],
  credentials: true, // for the cookie of the refresh token: see refresh-cookie.ts
};

/**
 * The CORS options for pages of other origins. An origin that is not listed gets no CORS headers (Fetch 3.3; OWASP
 * ASVS 3.4.2).
 */
export function corsOptions(origins: readonly string[]): { readonly delegator: FastifyCorsOptionsDelegate } {
  return {
    delegator: (request, done) => {
      const { origin } = request.headers;
      done(null, origin !== undefined && origins.includes(origin) ? listed : { origin: false });
    },
  };
}

const mostLogged = 100;

/**
 * Logs each refused origin once, up to 100 origins. The answer does not explain the refusal to the page, so the owner
 * of the page asks the operator.
 */
export function foreignOriginLogger(): (request: FastifyRequest) => void {
  const logged = new Set<string>();
  return ({ headers, log }) => {
    const origin = (headers.origin ?? '').slice(0, 200);
    if (logged.has(origin) || logged.size >= mostLogged) return;
    logged.add(origin);
    log.warn(
      { origin },
      'cross-origin request refused (CORS_ORIGINS does not list this origin); add it if the page is yours; see .env.example',
    );
  };
}
