import { z } from 'zod';
import { actorOf } from '../../domain/users/actor.ts';
import { askAdminRole } from '../../features/approvals/ask-policy-change.ts';
import { changeUser } from '../../features/user-admin/change-user.ts';
import { inviteUser, inviteUsers } from '../../features/user-admin/invite-user.ts';
import { listAccounts } from '../../features/user-admin/list-accounts.ts';
import { readAccount } from '../../features/user-admin/read-account.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { actingPerson } from '../access/acting-person.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { usualPage } from '../page-query.ts';
import { adminReads, adminWrites } from './admin-schemas.ts';
import { approvalBody, approvalOf } from './approval-schemas.ts';
import { optionalJustificationOf } from './help-schemas.ts';
import {
  changeUserBody,
  inviteBody,
  invitedManyBody,
  inviteManyBody,
  listQuery,
  madeBody,
  summaryOf,
  unsent,
  userBody,
  userOf,
  usersBody,
} from './user-schemas.ts';

const tags = ['Users'];
const reading = guard({ area: 'admin', scope: 'users:read' });
const writing = guard({ area: 'admin', scope: 'users:write', mfa: 'fresh' });

function inviteUserRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/users',
    {
      onRequest: writing,
      schema: {
        tags,
        operationId: 'inviteUser',
        summary: 'Invite a user',
        description:
          'Makes an account. The user gets a mail with a link that works for a day, and sets the password with it.',
        headers: mfaHeader,
        body: inviteBody,
        response: { 201: madeBody, ...problemResponses(adminWrites, 'conflict') },
      },
    },
    async (request, reply) => {
      const { phone = null, ...body } = request.body;
      const by = actorOf(requireSession(request));
      const made = await inviteUser(deps, contextOf(request), by, { ...body, phone });
      return reply.code(201).send({ id: made, ...(!deps.sendsMail && { warning: unsent }) });
    },
  );
}

function inviteUsersRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/invitations',
    {
      onRequest: writing,
      bodyLimit: 96 * 1024, // 200 users
      schema: {
        tags,
        operationId: 'inviteUsers',
        summary: 'Invite up to 200 users at once',
        description:
          'All or nothing: if one row has a fault, the service invites nobody and the answer lists every fault.',
        headers: mfaHeader,
        body: inviteManyBody,
        response: { 200: invitedManyBody, ...problemResponses(adminWrites) },
      },
    },
    async (request) => {
      const { users, dry_run: dryRun = false } = request.body;
      const invitations = users.map(({ phone = null, ...user }) => ({ ...user, phone }));
      const by = actorOf(requireSession(request));
      const { invited, faults } = await inviteUsers(deps, contextOf(request), by, { invitations, dryRun });
      return { invited, faults: [...faults], ...(invited > 0 && !deps.sendsMail && { warning: unsent }) };
    },
  );
}

function listUsersRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/users',
    {
      onRequest: reading,
      schema: {
        tags,
        operationId: 'listUsers',
        summary: 'List users by name',
        description: 'Send `next_cursor` as `cursor` to get the next page. It is null on the last page.',
        headers: mfaHeader,
        querystring: listQuery,
        response: { 200: usersBody, ...problemResponses(adminReads) },
      },
    },
    async (request) => {
      const { limit = usualPage, cursor, enrolled, locked, reported, ...filter } = request.query;
      const wanted = {
        ...filter,
        ...(enrolled && { enrolled: enrolled === 'true' }),
        ...(locked && { locked: locked === 'true' }),
        ...(reported && { reported: reported === 'true' }),
      };
      const { accounts, nextCursor } = await listAccounts(
        deps,
        { ...wanted, limits: deps.passwordLimits },
        { limit, cursor },
      );
      return { users: accounts.map(summaryOf), next_cursor: nextCursor };
    },
  );
}

function readUserRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/users/:id',
    {
      onRequest: reading,
      schema: {
        tags,
        operationId: 'readUser',
        summary: 'Read one user: factors, locks, sessions',
        description: 'What the helpdesk needs to help this user. Secrets and codes are never shown.',
        headers: mfaHeader,
        params: z.strictObject({ id }),
        response: { 200: userBody, ...problemResponses(adminReads, 'not-found') },
      },
    },
    async (request) => userOf(await readAccount(deps, request.params.id)),
  );
}

function changeUserRoute(app: App): void {
  const deps = app.deps;
  app.patch(
    '/admin/users/:id',
    {
      onRequest: writing,
      schema: {
        tags,
        operationId: 'changeUser',
        summary: 'Change the roles, addresses or status of a user',
        description:
          'All changes are made, or none. New roles and disabling end every session at once. The old and the new address get a mail.',
        headers: mfaHeader,
        params: z.strictObject({ id }),
        body: changeUserBody,
        response: {
          200: userBody,
          202: approvalBody,
          ...problemResponses(adminWrites, 'forbidden', 'not-found', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const userId = request.params.id;
      const { reason, ticket, ...wanted } = request.body;
      const cause = optionalJustificationOf({ reason, ticket });
      const who = actingPerson(request);
      const asked = await askAdminRole(deps, contextOf(request), { ...who, userId, cause, wanted });
      if (asked) return reply.code(202).send(approvalOf(asked));
      await changeUser(deps, contextOf(request), { by: who.by, userId, wanted });
      return userOf(await readAccount(deps, userId));
    },
  );
}

export async function adminUserRoutes(app: App): Promise<void> {
  inviteUserRoute(app);
  inviteUsersRoute(app);
  listUsersRoute(app);
  readUserRoute(app);
  changeUserRoute(app);
}
