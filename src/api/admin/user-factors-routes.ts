import { z } from 'zod';
import { readFactorHistory } from '../../features/mfa/read-factor-history.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { guard } from '../access/guard.ts';
import { historyBody, historyOf } from '../mfa/factor-history-schemas.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { pageOfQuery, pagesQuery } from '../page-query.ts';
import { adminReads } from './admin-schemas.ts';

export async function adminFactorHistoryRoutes(app: App): Promise<void> {
  app.get(
    '/admin/users/:id/factor-history',
    {
      onRequest: guard({ area: 'admin', scope: 'users:read' }),
      schema: {
        tags: ['Helpdesk'],
        operationId: 'readFactorHistory',
        summary: 'List every second factor that an account has or had, newest first',
        description:
          'Shows when each was bound and last used, and when, why and by whom it was removed. Secrets and codes are never shown.',
        headers: mfaHeader,
        params: z.strictObject({ id }),
        querystring: pagesQuery,
        response: { 200: historyBody, ...problemResponses(adminReads, 'not-found') },
      },
    },
    async (request) =>
      historyOf(await readFactorHistory(app.deps, request.params.id, pageOfQuery(request.query))),
  );
}
