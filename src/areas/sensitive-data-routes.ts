import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import { guard } from '../http/guard.ts';
import { behindBearer, refusals } from '../http/refusals.ts';
import { mfaHeader } from '../http/requests.ts';

/** The guard applied to a route: what a vendor tests an integration against. */
export async function sensitiveDataRoutes(app: App): Promise<void> {
  app.get(
    '/api/sensitive-data',
    {
      onRequest: guard({ area: 'vendor', scope: 'data:read', mfa: 'if_enrolled' }),
      config: { guessing: true },
      schema: {
        tags: ['Guarded'],
        summary: 'A guarded route to test an integration against',
        description:
          'Of a vendor with a second factor it asks X-MFA-Token: a code, which works once, or a proof.',
        headers: mfaHeader,
        response: {
          200: z.strictObject({ data: z.literal('sensitive') }),
          ...refusals(
            behindBearer,
            'insufficient-scope',
            'mfa-token-required',
            'mfa-token-invalid',
            'mfa-token-used',
          ),
        },
      },
    },
    async () => ({ data: 'sensitive' as const }),
  );
}
