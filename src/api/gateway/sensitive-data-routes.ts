import { z } from 'zod';
import type { App } from '../../platform/http/app-type.ts';
import { withExamples } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { guard } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';

/** A guarded route against which a vendor can test an integration. */
export async function sensitiveDataRoutes(app: App): Promise<void> {
  app.get(
    '/api/sensitive-data',
    {
      onRequest: guard({ area: 'vendor', alsoArea: 'public', scope: 'data:read', mfa: 'if_enrolled' }),
      config: { guessing: true },
      schema: {
        tags: ['Guarded'],
        operationId: 'getSensitiveData',
        summary: 'Test an integration against a guarded route',
        description:
          'Takes tokens of the areas vendor and public. A user with a second factor must send X-MFA-Token: a code, which works once, or a proof.',
        headers: mfaHeader,
        response: {
          200: withExamples(z.strictObject({ data: z.literal('sensitive') }), {
            data: { data: 'sensitive' },
          }),
          ...problemResponses(
            bearerProblems,
            'insufficient-scope',
            'mfa-token-required',
            'mfa-token-invalid',
            'mfa-token-used',
            'conflict',
          ),
        },
      },
    },
    async () => ({ data: 'sensitive' as const }),
  );
}
