import { z } from 'zod';
import { openByShares } from '../../features/user-admin/break-glass.ts';
import type { App } from '../../platform/http/app-type.ts';
import { shown, text, time, withExamples } from '../../platform/http/fields.ts';
import { contextOf } from '../access/context-of.ts';
import { publicRoute } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';

const mostShares = 20;

const body = withExamples(
  z.strictObject({ shares: z.array(text(64)).min(2).max(mostShares), username: text(128) }),
  { shares: { shares: [shown.opaque, shown.opaque], username: shown.username } },
);
const openedBody = withExamples(
  z.strictObject({
    username: z.string(),
    token: z.string().describe('Sets the password, once: see `POST /auth/password/reset`'),
    expires_at: time,
  }),
  { opened: { username: shown.username, token: shown.opaque, expires_at: shown.ends } },
);

export async function breakGlassRoutes(app: App): Promise<void> {
  const { deps } = app;
  app.post(
    '/auth/break-glass',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags: ['Login'],
        operationId: 'openByShares',
        summary: 'Open one administrator by recovery shares',
        description:
          'For the day when nobody else can. Removes the second factors of the administrator, and gives a token for a new password. Every administrator gets a mail. The shares work once.',
        body,
        response: { 200: openedBody, ...problemResponses('invalid-token', 'conflict') },
      },
    },
    async (request) => {
      const { username, token, expiresAt } = await openByShares(deps, contextOf(request), request.body);
      return { username, token, expires_at: expiresAt.toISOString() };
    },
  );
}
