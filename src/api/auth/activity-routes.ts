import { readOwnActivity } from '../../features/audit/own-activity.ts';
import type { App } from '../../platform/http/app-type.ts';
import { guard, requireSession } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { pageOfQuery, pagesQuery } from '../page-query.ts';
import { activityBody, activityOf } from './activity-schemas.ts';

export async function activityRoutes(app: App): Promise<void> {
  app.get(
    '/auth/activity',
    {
      onRequest: guard({ area: 'own' }),
      schema: {
        tags: ['Sessions'],
        operationId: 'listActivity',
        summary: 'List what happened to your own account, newest first',
        description:
          'Logins, failures, and changes of password, factors and roles. Shows that the helpdesk acted, but not who.',
        querystring: pagesQuery,
        response: { 200: activityBody, ...problemResponses(bearerProblems) },
      },
    },
    async (request) => {
      const { userId } = requireSession(request).session;
      return activityOf(await readOwnActivity(app.deps, userId, pageOfQuery(request.query)));
    },
  );
}
