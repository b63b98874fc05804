import type { RouteOptions } from 'fastify';
import { z } from 'zod';
import type { RuledAction } from '../../domain/approvals/approval.ts';
import type { JustifiedAction } from '../../domain/users/actor.ts';
import { askApproval } from '../../features/approvals/ask-approval.ts';
import { stopRecoveriesByHelpdesk } from '../../features/recovery/stop-recovery.ts';
import { endUserSessions } from '../../features/user-admin/end-user-sessions.ts';
import { issueBypassCode } from '../../features/user-admin/issue-bypass-code.ts';
import { resendInvitation } from '../../features/user-admin/resend-invitation.ts';
import { resetMfa } from '../../features/user-admin/reset-mfa.ts';
import { withdrawPassword } from '../../features/user-admin/reset-password-by-admin.ts';
import { unlockUser } from '../../features/user-admin/unlock-user.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { actingPerson } from '../access/acting-person.ts';
import { contextOf } from '../access/context-of.ts';
import { guard } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { adminWrites } from './admin-schemas.ts';
import { approvalBody, approvalOf } from './approval-schemas.ts';
import {
  bypassBody,
  bypassCodeBody,
  justificationBody,
  justificationOf,
  openingBody,
} from './help-schemas.ts';

const onRequest = guard({ area: 'admin', scope: 'users:help', mfa: 'fresh' });
const tags = ['Helpdesk'];
const params = z.strictObject({ id });
const done = {
  204: z.undefined().describe('Done'),
  ...problemResponses(adminWrites, 'forbidden', 'not-found', 'conflict'),
};

type Words = { readonly operationId: string; readonly summary: string; readonly description: string };
type Act = (deps: Deps, ctx: RequestContext, action: JustifiedAction) => Promise<void>;

/** A route that acts on the account of a user for a reason, and answers 204. */
function actionRoute(app: App, route: Pick<RouteOptions, 'method' | 'url'>, words: Words, act: Act): void {
  const deps = app.deps;
  app.route({
    ...route,
    onRequest,
    schema: { tags, ...words, headers: mfaHeader, params, body: justificationBody, response: done },
    handler: async (request, reply) => {
      await act(deps, contextOf(request), {
        by: actingPerson(request).by,
        userId: request.params.id,
        cause: justificationOf(request.body),
      });
      return reply.code(204).send();
    },
  });
}

/** As actionRoute, for an action that a rule can put under approval. It then answers 202 with the request. */
function ruledRoute(
  app: App,
  url: string,
  words: Words,
  { act, action }: { readonly act: Act; readonly action: RuledAction },
): void {
  const deps = app.deps;
  const response = { ...done, 202: approvalBody };
  app.route({
    method: 'POST',
    url,
    onRequest,
    schema: { tags, ...words, headers: mfaHeader, params, body: openingBody, response },
    handler: async (request, reply) => {
      const who = actingPerson(request);
      const ctx = contextOf(request);
      const help = { userId: request.params.id, cause: justificationOf(request.body) };
      const approval = await askApproval(deps, ctx, { ...who, ...help, action, input: {} });
      if (approval) return reply.code(202).send(approvalOf(approval));
      await act(deps, ctx, { by: who.by, ...help });
      return reply.code(204).send();
    },
  });
}

function withdrawPasswordRoute(app: App): void {
  const words = {
    operationId: 'withdrawPassword',
    summary: 'Cancel the password and mail a link to set a new one',
    description: 'For a password that somebody else may know, and for an invitation that has expired.',
  };
  const work = { act: withdrawPassword, action: 'password_reset' } as const;
  ruledRoute(app, '/admin/users/:id/password-reset', words, work);
}

function resendInvitationRoute(app: App): void {
  const words = {
    operationId: 'resendInvitation',
    summary: 'Mail the invitation again',
    description: 'For a user who has not set a password yet. The earlier link stops working.',
  };
  actionRoute(app, { method: 'POST', url: '/admin/users/:id/invitation' }, words, resendInvitation);
}

function resetMfaRoute(app: App): void {
  const words = {
    operationId: 'resetMfa',
    summary: 'Remove every second factor',
    description:
      'Ends every session. The user gets a mail. Until a new factor is confirmed, a login can only enrol one.',
  };
  ruledRoute(app, '/admin/users/:id/mfa/reset', words, { act: resetMfa, action: 'mfa_reset' });
}

function stopRecoveriesRoute(app: App): void {
  const words = {
    operationId: 'stopRecoveries',
    summary: 'Stop every recovery of the account',
    description: 'For a recovery that the owner did not begin. The owner gets a mail.',
  };
  const route = { method: 'POST', url: '/admin/users/:id/recoveries/stop' } as const;
  actionRoute(app, route, words, stopRecoveriesByHelpdesk);
}

function issueBypassCodeRoute(app: App): void {
  const deps = app.deps;
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
          202: approvalBody,
          ...problemResponses(adminWrites, 'forbidden', 'not-found', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const { uses, expires_in: expiresInSeconds, ...why } = request.body;
      const who = actingPerson(request);
      const input = { uses, expiresInSeconds };
      const help = { userId: request.params.id, input, cause: justificationOf(why) };
      const asked = { ...who, ...help, action: 'bypass_code' } as const;
      const approval = await askApproval(deps, contextOf(request), asked);
      if (approval) return reply.code(202).send(approvalOf(approval));
      const { code, expiresAt } = await issueBypassCode(deps, contextOf(request), { by: who.by, ...help });
      return reply.code(201).send({ code, uses, expires_at: expiresAt.toISOString() });
    },
  );
}

function unlockUserRoute(app: App): void {
  const words = {
    operationId: 'unlockUser',
    summary: 'Unlock a user after wrong passwords or codes',
    description:
      'Resets the counts and enables factors that wrong codes disabled. The user may try again at once. The password stays as it is.',
  };
  actionRoute(app, { method: 'POST', url: '/admin/users/:id/unlock' }, words, unlockUser);
}

function endUserSessionsRoute(app: App): void {
  const words = {
    operationId: 'endUserSessions',
    summary: 'Log a user out everywhere',
    description: 'Ends every session on every instance at once. Password and factors stay.',
  };
  actionRoute(app, { method: 'DELETE', url: '/admin/users/:id/sessions' }, words, endUserSessions);
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
  stopRecoveriesRoute(app);
}
