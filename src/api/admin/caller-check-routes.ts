import { z } from 'zod';
import { actorOf } from '../../domain/users/actor.ts';
import { readCallerCheck, readCallerChecks } from '../../features/user-admin/read-caller-checks.ts';
import { startCallerCheck } from '../../features/user-admin/start-caller-check.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { adminReads, adminWrites } from './admin-schemas.ts';
import { checkBody, checkOf, checkParams, checksBody, startedCheckBody } from './caller-check-schemas.ts';
import { justificationBody, justificationOf } from './help-schemas.ts';

const tags = ['Helpdesk'];

function startCallerCheckRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/users/:id/caller-checks',
    {
      onRequest: guard({ area: 'admin', scope: 'users:help', mfa: 'fresh' }),
      schema: {
        tags,
        operationId: 'startCallerCheck',
        summary: 'Start a check of who is calling',
        description:
          'Read the number to the caller. The caller answers at /verify-caller by a factor of the account. You choose no ' +
          'address and see no code. A new check ends your earlier one for the same account.',
        headers: mfaHeader,
        params: z.strictObject({ id }),
        body: justificationBody,
        response: {
          201: startedCheckBody,
          ...problemResponses(adminWrites, 'forbidden', 'not-found', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const started = await startCallerCheck(deps, contextOf(request), {
        by: actorOf(requireSession(request)),
        userId: request.params.id,
        cause: justificationOf(request.body),
      });
      const { id: checkId, number, expiresAt } = started;
      return reply.code(201).send({ id: checkId, number, expires_at: expiresAt.toISOString() });
    },
  );
}

function readCallerChecksRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/users/:id/caller-checks',
    {
      onRequest: guard({ area: 'admin', scope: 'users:help' }),
      schema: {
        tags,
        operationId: 'readCallerChecks',
        summary: 'List your own checks of who is calling about an account',
        description:
          'The newest is first. A check is in the list for ten minutes, also if it failed or was used. Its number is not shown again.',
        headers: mfaHeader,
        params: z.strictObject({ id }),
        response: { 200: checksBody, ...problemResponses(adminReads, 'not-found') },
      },
    },
    async (request) => {
      const { userId: actorId } = actorOf(requireSession(request));
      const whose = { userId: request.params.id, actorId };
      return { checks: (await readCallerChecks(deps, contextOf(request), whose)).map(checkOf) };
    },
  );
}

function readCallerCheckRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/users/:id/caller-checks/:check_id',
    {
      onRequest: guard({ area: 'admin', scope: 'users:help' }),
      schema: {
        tags,
        operationId: 'readCallerCheck',
        summary: 'Read how a check of who is calling stands',
        description: 'Only the helpdesk member who started the check can read it.',
        headers: mfaHeader,
        params: checkParams,
        response: { 200: checkBody, ...problemResponses(adminReads, 'not-found') },
      },
    },
    async (request) => {
      const { id: userId, check_id: checkId } = request.params;
      const { userId: actorId } = actorOf(requireSession(request));
      return checkOf(await readCallerCheck(deps, contextOf(request), { id: checkId, userId, actorId }));
    },
  );
}

/** The routes by which the helpdesk asks who is calling. The caller answers without a login: see auth/caller-routes.ts. */
export async function callerCheckRoutes(app: App): Promise<void> {
  startCallerCheckRoute(app);
  readCallerChecksRoute(app);
  readCallerCheckRoute(app);
}
