import { z } from 'zod';
import { readTimeline } from '../../features/user-admin/read-timeline.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { pageOfQuery, pagesQuery } from '../page-query.ts';
import { adminReads } from './admin-schemas.ts';
import { timelineBody } from './timeline-schemas.ts';

/** With the timeline a helpdesk answers questions such as “the code never came”. */
export async function timelineRoutes(app: App): Promise<void> {
  app.get(
    '/admin/users/:id/timeline',
    {
      onRequest: guard({ area: 'admin', scope: 'users:read' }),
      schema: {
        tags: ['Helpdesk'],
        operationId: 'readTimeline',
        summary: 'Read what happened to an account, in sentences, newest first',
        description:
          'Shows what was sent and what became of it, failures, locks and mails. No codes; addresses are masked. Reading is recorded as an event.',
        headers: mfaHeader,
        params: z.strictObject({ id }),
        querystring: pagesQuery,
        response: { 200: timelineBody, ...problemResponses(adminReads, 'not-found') },
      },
    },
    async (request) => {
      const found = await readTimeline(app.deps, contextOf(request), {
        readerId: requireSession(request).session.userId,
        userId: request.params.id,
        page: pageOfQuery(request.query),
      });
      return {
        entries: found.entries.map((one) => ({ ...one, at: one.at.toISOString() })),
        next_cursor: found.nextCursor,
      };
    },
  );
}
