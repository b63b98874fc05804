import type { FastifyCorsOptions, FastifyCorsOptionsDelegate } from '@fastify/cors';
import { clientHeader } from './refresh-cookie.ts';

const listed: FastifyCorsOptions = {
  origin: true,
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: ['authorization', 'content-type', 'x-mfa-token', clientHeader],
  exposedHeaders: ['www-authenticate', 'retry-after', 'x-mfa-warning', 'x-mfa-backup-codes-remaining'],
  credentials: true, // the cookie of the refresh token: see refresh-cookie.ts
};

/** What pages of other origins may do. Those that are not listed are told nothing (Fetch 3.3; OWASP ASVS 3.4.2). */
export function letIn(origins: readonly string[]): { readonly delegator: FastifyCorsOptionsDelegate } {
  return {
    delegator: (request, done) => {
      const { origin } = request.headers;
      done(null, origin !== undefined && origins.includes(origin) ? listed : { origin: false });
    },
  };
}
