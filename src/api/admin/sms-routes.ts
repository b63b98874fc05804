import { smsFigures } from '../../features/sms/sms-figures.ts';
import type { App } from '../../platform/http/app-type.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { guard } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { smsBody, smsShown } from './sms-schemas.ts';

export async function smsRoutes(app: App): Promise<void> {
  const deps = app.deps;

  app.get(
    '/admin/sms',
    {
      onRequest: guard({ area: 'admin', scope: 'sms:read' }),
      schema: {
        tags: ['Administration'],
        operationId: 'readSms',
        summary: 'Read the figures of text messages of today',
        description:
          'The budgets of text messages and what is left of them, how many codes were entered by country, and which destinations are paused.',
        headers: mfaHeader,
        response: {
          200: smsBody,
          ...problemResponses(
            bearerProblems,
            'insufficient-scope',
            'mfa-token-required',
            'mfa-enrollment-required',
          ),
        },
      },
    },
    async () => smsShown(await smsFigures(deps, new Date()), deps.smsRules),
  );
}
