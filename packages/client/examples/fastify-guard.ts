// An API with one route that asks for a second factor. It verifies tokens itself.
import { guard } from '@sallyport/client/guard';
import Fastify from 'fastify';

export function createApi(issuer: string, url = issuer) {
  const vendors = guard({ issuer, url, area: 'vendor' });
  const app = Fastify();
  const onRequest = vendors.fastify({ scope: 'data:read', minAcr: 'urn:sallyport:acr:2r' });
  app.get('/api/report', { onRequest }, async (request) => {
    const { subject, acr } = vendors.caller(request);
    return { subject, acr };
  });
  return app;
}
