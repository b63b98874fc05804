import { z } from 'zod';
import { approvalActions } from '../../domain/approvals/approval.ts';
import { readNotMeLink, reportNotMe } from '../../features/login/report-not-me.ts';
import type { App } from '../../platform/http/app-type.ts';
import { shown, token, withExamples } from '../../platform/http/fields.ts';
import { contextOf } from '../access/context-of.ts';
import { publicRoute } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';

const tags = ['Login'];
const body = withExamples(z.strictObject({ token }), { link: { token: shown.opaque } });
const linkBody = withExamples(
  z.strictObject({
    username: z.string(),
    stops: z
      .enum(['account', 'approval', 'recovery'])
      .describe(
        'account: every session ends and the account is locked. approval: one request is stopped. recovery: one recovery is stopped',
      ),
    action: z
      .enum(approvalActions)
      .nullable()
      .describe('What the request asks for; null if it is no request'),
  }),
  { letter: { username: shown.username, stops: 'account', action: null } },
);

function readNotMeLinkRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/not-me/link',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'readNotMeLink',
        summary: 'Read what the link “it was not me” of a letter would do',
        description: 'Changes nothing, and does not use the token.',
        body,
        response: { 200: linkBody, ...problemResponses('invalid-token') },
      },
    },
    async (request) => {
      const link = await readNotMeLink(deps, contextOf(request), request.body.token);
      const { username, stops } = link;
      return { username, stops, action: link.stops === 'approval' ? link.action : null };
    },
  );
}

function reportNotMeRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/not-me',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'reportNotMe',
        summary: 'Report by the link of a letter that it was not you',
        description:
          'The token works once, for seven days. The answer is the same for a token that was used, has expired or never existed.',
        body,
        response: { 204: z.undefined().describe('Done'), ...problemResponses('invalid-token') },
      },
    },
    async (request, reply) => {
      await reportNotMe(deps, contextOf(request), request.body.token);
      return reply.code(204).send();
    },
  );
}

/** The routes behind the link “it was not me” of a letter. */
export async function notMeRoutes(app: App): Promise<void> {
  readNotMeLinkRoute(app);
  reportNotMeRoute(app);
}
