import { readFactorHistory } from '../../features/mfa/read-factor-history.ts';
import type { App } from '../../platform/http/app-type.ts';
import { guard, requireSession } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { pageOfQuery, pagesQuery } from '../page-query.ts';
import { ownHistoryBody, ownHistoryOf } from './factor-history-schemas.ts';

export async function factorHistoryRoutes(app: App): Promise<void> {
  app.get(
    '/auth/mfa/factor-history',
    {
      onRequest: guard({ area: 'own' }),
      schema: {
        tags: ['Factors'],
        operationId: 'ownFactorHistory',
        summary: 'List every second factor that you have or had, newest first',
        description: 'Shows when and why each was removed. Secrets and codes are never shown.',
        querystring: pagesQuery,
        response: { 200: ownHistoryBody, ...problemResponses(bearerProblems) },
      },
    },
    async (request) => {
      const { userId } = requireSession(request).session;
      return ownHistoryOf(await readFactorHistory(app.deps, userId, pageOfQuery(request.query)));
    },
  );
}
