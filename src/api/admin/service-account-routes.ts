import { z } from 'zod';
import { changeServiceAccount } from '../../features/service-accounts/change-service-account.ts';
import { createServiceAccount } from '../../features/service-accounts/create-service-account.ts';
import { addCredential, revokeCredential } from '../../features/service-accounts/credentials.ts';
import {
  listServiceAccounts,
  showServiceAccount,
} from '../../features/service-accounts/show-service-accounts.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id, text } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { pageLimit } from '../page-query.ts';
import {
  accountBody,
  accountOf,
  accountsBody,
  addCredentialBody,
  addedBody,
  addedOf,
  changeAccountBody,
  createAccountBody,
  dateOf,
} from './service-account-schemas.ts';

const asked = ['insufficient-scope', 'mfa-token-required', 'mfa-enrollment-required'] as const;
const written = [...asked, 'mfa-token-invalid', 'mfa-token-used', 'conflict'] as const;

const mayRead = guard({ area: 'admin', scope: 'services:read' });
const mayWrite = guard({ area: 'admin', scope: 'services:write', mfa: 'fresh' });
const writes = { onRequest: mayWrite, config: { guessing: true } } as const;
const tags = ['Service accounts'];

function createServiceAccountRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/service-accounts',
    {
      ...writes,
      schema: {
        tags,
        operationId: 'createServiceAccount',
        summary: 'Make a service account',
        description: 'It can get no token until it has a credential.',
        headers: mfaHeader,
        body: createAccountBody,
        response: { 201: accountBody, ...problemResponses(bearerProblems, written) },
      },
    },
    async (request, reply) => {
      const { enabled_from: from, enabled_until: until, ...settings } = request.body;
      const input = { ...settings, enabledFrom: dateOf(from), enabledUntil: dateOf(until) };
      const made = await createServiceAccount(deps, contextOf(request), actorOf(request), input);
      return reply.code(201).send(accountOf(made));
    },
  );
}

function listServiceAccountsRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/service-accounts',
    {
      onRequest: mayRead,
      schema: {
        tags,
        operationId: 'listServiceAccounts',
        summary: 'List service accounts by name',
        description: 'Send `next_cursor` as `cursor` to get the next page. It is null on the last page.',
        headers: mfaHeader,
        querystring: z.strictObject({
          cursor: text(64).optional().describe('`next_cursor` of the previous page'),
          limit: pageLimit.optional().describe('Accounts per page: 1 to 200, by default 100'),
        }),
        response: { 200: accountsBody, ...problemResponses(bearerProblems, asked) },
      },
    },
    async (request) => {
      const { cursor: after, limit = 100 } = request.query;
      const { accounts, next } = await listServiceAccounts(deps, { after, limit });
      return { service_accounts: accounts.map(accountOf), next_cursor: next };
    },
  );
}

function showServiceAccountRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/service-accounts/:id',
    {
      onRequest: mayRead,
      schema: {
        tags,
        operationId: 'showServiceAccount',
        summary: 'Read one service account, with its credentials',
        description: 'Shows the times of a secret, never the secret itself.',
        headers: mfaHeader,
        params: z.strictObject({ id }),
        response: { 200: accountBody, ...problemResponses(bearerProblems, asked, 'not-found') },
      },
    },
    async (request) => accountOf(await showServiceAccount(deps, request.params.id)),
  );
}

function changeServiceAccountRoute(app: App): void {
  const deps = app.deps;
  app.patch(
    '/admin/service-accounts/:id',
    {
      ...writes,
      schema: {
        tags,
        operationId: 'changeServiceAccount',
        summary: 'Change the scopes, networks, validity period or status of a service account',
        description: 'Takes effect at once, also for tokens that were already issued.',
        headers: mfaHeader,
        params: z.strictObject({ id }),
        body: changeAccountBody,
        response: { 200: accountBody, ...problemResponses(bearerProblems, written, 'not-found') },
      },
    },
    async (request) => {
      const { enabled_from: from, enabled_until: until, ...settings } = request.body;
      const change = { ...settings, enabledFrom: dateOf(from), enabledUntil: dateOf(until) };
      return accountOf(
        await changeServiceAccount(deps, contextOf(request), {
          actorId: actorOf(request),
          id: request.params.id,
          change,
        }),
      );
    },
  );
}

function addCredentialRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/service-accounts/:id/credentials',
    {
      ...writes,
      schema: {
        tags,
        operationId: 'addCredential',
        summary: 'Add a credential: a secret or a public key',
        description: 'Two may be live at once, so that a new one replaces the old one without a pause.',
        headers: mfaHeader,
        params: z.strictObject({ id }),
        body: addCredentialBody,
        response: { 201: addedBody, ...problemResponses(bearerProblems, written, 'not-found') },
      },
    },
    async (request, reply) => {
      const { kind, public_jwk: publicJwk, expires_in: seconds } = request.body;
      const { id: account } = request.params;
      const input = { kind, publicJwk, seconds };
      const added = await addCredential(deps, contextOf(request), {
        actorId: actorOf(request),
        accountId: account,
        input,
      });
      return reply.code(201).send(addedOf(account, added));
    },
  );
}

function revokeCredentialRoute(app: App): void {
  const deps = app.deps;
  app.delete(
    '/admin/service-accounts/:id/credentials/:credential_id',
    {
      ...writes,
      schema: {
        tags,
        operationId: 'revokeCredential',
        summary: 'Revoke a credential, and the tokens that were fetched with it',
        description: 'Both end at once, on every instance. The other credentials of the account stay.',
        headers: mfaHeader,
        params: z.strictObject({ id, credential_id: id }),
        response: {
          204: z.undefined().describe('Revoked'),
          ...problemResponses(bearerProblems, written, 'not-found'),
        },
      },
    },
    async (request, reply) => {
      const { id: account, credential_id: credential } = request.params;
      await revokeCredential(deps, contextOf(request), {
        actorId: actorOf(request),
        accountId: account,
        credentialId: credential,
      });
      return reply.code(204).send();
    },
  );
}

function actorOf(request: Parameters<typeof requireSession>[0]): string {
  return requireSession(request).session.userId;
}

export async function serviceAccountRoutes(app: App): Promise<void> {
  createServiceAccountRoute(app);
  listServiceAccountsRoute(app);
  showServiceAccountRoute(app);
  changeServiceAccountRoute(app);
  addCredentialRoute(app);
  revokeCredentialRoute(app);
}
