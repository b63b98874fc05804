// The same in Express. `live` asks Sallyport each time, so that a session that has ended is refused at once.
import { guard } from '@sallyport/client/guard';
import express from 'express';

export function createApi(issuer: string, url = issuer) {
  const vendors = guard({ issuer, url, area: 'vendor' });
  const app = express();
  const rule = vendors.express({ scope: 'data:read', minAcr: 'urn:sallyport:acr:2r', live: true });
  app.get('/api/report', rule, (request, response) => {
    const { subject, acr } = vendors.caller(request);
    response.json({ subject, acr });
  });
  return app;
}
