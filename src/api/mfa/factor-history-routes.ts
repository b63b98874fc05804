import { readFactorHistory } from '../../features/mfa/read-factor-history.ts';
import type { App } from '../../platform/http/app-type.ts';
import { bearerBehind, guard } from '../access/guard.ts';
import { behindBearer, refusals } from '../openapi/problem-responses.ts';
import { historyQuery, ownHistoryBody, ownHistoryOf, pageOf } from './factor-history-schemas.ts';

export async function factorHistoryRoutes(app: App): Promise<void> {
  app.get(
    '/auth/mfa/factor-history',
    {
      onRequest: guard({ area: 'own' }),
      schema: {
        tags: ['Factors'],
        operationId: 'ownFactorHistory',
        summary: 'Every second factor that you have or had, newest first',
        description: 'With when and why each was removed. Secrets and codes are never shown.',
        querystring: historyQuery,
        response: { 200: ownHistoryBody, ...refusals(behindBearer) },
      },
    },
    async (request) => {
      const { userId } = bearerBehind(request).session;
      return ownHistoryOf(await readFactorHistory(app.gate, userId, pageOf(request.query)));
    },
  );
}
