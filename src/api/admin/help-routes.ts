import { z } from 'zod';
import { actorOf } from '../../domain/users/actor.ts';
import { endUserSessions } from '../../features/user-admin/end-user-sessions.ts';
import { issueBypassCode } from '../../features/user-admin/issue-bypass-code.ts';
import { resendInvitation } from '../../features/user-admin/resend-invitation.ts';
import { resetMfa } from '../../features/user-admin/reset-mfa.ts';
import { withdrawPassword } from '../../features/user-admin/reset-password-by-admin.ts';
import { unlockUser } from '../../features/user-admin/unlock-user.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { adminWrites } from './admin-schemas.ts';
import { bypassBody, bypassCodeBody, justificationBody, justificationOf } from './help-schemas.ts';

const onRequest = guard({ area: 'admin', scope: 'users:help', mfa: 'fresh' });
const tags = ['Helpdesk'];
const params = z.strictObject({ id });
const done = {
  204: z.undefined().describe('Done'),
  ...problemResponses(adminWrites, 'forbidden', 'not-found', 'conflict'),
};

function withdrawPasswordRoute(app: App): void {
  const deps = app.gate;
  app.post(
    '/admin/users/:id/password-reset',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'withdrawPassword',
        summary: 'Cancel the password and mail a link to set a new one',
        description: 'For a password that somebody else may know, and for an invitation that has expired.',
        headers: mfaHeader,
        params,
        body: justificationBody,
        response: done,
      },
    },
    async (request, reply) => {
      const cause = justificationOf(request.body);
      await withdrawPassword(deps, contextOf(request), {
        by: actorOf(requireSession(request)),
        userId: request.params.id,
        cause,
      });
      return reply.code(204).send();
    },
  );
}

function resendInvitationRoute(app: App): void {
  const deps = app.gate;
  app.post(
    '/admin/users/:id/invitation',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'resendInvitation',
        summary: 'Mail the invitation again',
        description: 'For a user who has not set a password yet. The earlier link stops working.',
        headers: mfaHeader,
        params,
        body: justificationBody,
        response: done,
      },
    },
    async (request, reply) => {
      const cause = justificationOf(request.body);
      await resendInvitation(deps, contextOf(request), {
        by: actorOf(requireSession(request)),
        userId: request.params.id,
        cause,
      });
      return reply.code(204).send();
    },
  );
}

function resetMfaRoute(app: App): void {
  const deps = app.gate;
  app.post(
    '/admin/users/:id/mfa/reset',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'resetMfa',
        summary: 'Remove every second factor',
        description:
          'Ends every session. The user gets a mail. Until a new factor is confirmed, a login can only enrol one.',
        headers: mfaHeader,
        params,
        body: justificationBody,
        response: done,
      },
    },
    async (request, reply) => {
      const cause = justificationOf(request.body);
      await resetMfa(deps, contextOf(request), {
        by: actorOf(requireSession(request)),
        userId: request.params.id,
        cause,
      });
      return reply.code(204).send();
    },
  );
}

function issueBypassCodeRoute(app: App): void {
  const deps = app.gate;
  app.post(
    '/admin/users/:id/bypass-codes',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'issueBypassCode',
        summary: 'Issue a bypass code in place of the second factor',
        description:
          'Shown once. An earlier code becomes invalid. A user without a factor needs no code: a login lets them enrol.',
        headers: mfaHeader,
        params,
        body: bypassBody,
        response: {
          201: bypassCodeBody,
          ...problemResponses(adminWrites, 'forbidden', 'not-found', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const { uses, expires_in: expiresInSeconds, ...why } = request.body;
      const { code, expiresAt } = await issueBypassCode(deps, contextOf(request), {
        by: actorOf(requireSession(request)),
        userId: request.params.id,
        input: { uses, expiresInSeconds },
        cause: justificationOf(why),
      });
      return reply.code(201).send({ code, uses, expires_at: expiresAt.toISOString() });
    },
  );
}

function unlockUserRoute(app: App): void {
  const deps = app.gate;
  app.post(
    '/admin/users/:id/unlock',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'unlockUser',
        summary: 'Unlock a user after wrong passwords or codes',
        description:
          'Resets the counts and enables factors that wrong codes disabled. The user may try again at once. The password stays as it is.',
        headers: mfaHeader,
        params,
        body: justificationBody,
        response: done,
      },
    },
    async (request, reply) => {
      const cause = justificationOf(request.body);
      await unlockUser(deps, contextOf(request), {
        by: actorOf(requireSession(request)),
        userId: request.params.id,
        cause,
      });
      return reply.code(204).send();
    },
  );
}

function endUserSessionsRoute(app: App): void {
  const deps = app.gate;
  app.delete(
    '/admin/users/:id/sessions',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'endUserSessions',
        summary: 'Log a user out everywhere',
        description: 'Ends every session on every instance at once. Password and factors stay.',
        headers: mfaHeader,
        params,
        body: justificationBody,
        response: done,
      },
    },
    async (request, reply) => {
      const cause = justificationOf(request.body);
      await endUserSessions(deps, contextOf(request), {
        by: actorOf(requireSession(request)),
        userId: request.params.id,
        cause,
      });
      return reply.code(204).send();
    },
  );
}

/**
 * The routes by which a helpdesk helps a user who is locked out. No caller may use them on their own account. Only an
 * administrator may use them on an administrator, a helpdesk member or an auditor.
 */
export async function helpRoutes(app: App): Promise<void> {
  withdrawPasswordRoute(app);
  resendInvitationRoute(app);
  resetMfaRoute(app);
  issueBypassCodeRoute(app);
  unlockUserRoute(app);
  endUserSessionsRoute(app);
}
