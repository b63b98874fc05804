import { readAdoption } from '../adoption/read-adoption.ts';
import type { App } from '../http/app-type.ts';
import { guard } from '../http/guard.ts';
import { behindBearer, refusals } from '../http/refusals.ts';
import { mfaHeader } from '../http/requests.ts';
import { adoptionBody, adoptionQuery, adoptionShown } from './adoption-wire.ts';

export async function adoptionRoutes(app: App): Promise<void> {
  const deps = app.gate;

  app.get(
    '/admin/adoption',
    {
      onRequest: guard({ area: 'admin', scope: 'adoption:read' }),
      schema: {
        tags: ['Administration'],
        operationId: 'readAdoption',
        summary: 'How many have a second factor, and how it goes, day by day',
        headers: mfaHeader,
        querystring: adoptionQuery,
        response: {
          200: adoptionBody,
          ...refusals(behindBearer, 'insufficient-scope', 'mfa-token-required', 'mfa-enrollment-required'),
        },
      },
    },
    async (request) => adoptionShown(await readAdoption(deps, request.query.days)),
  );
}
