import { z } from 'zod';
import {
  changeReceiver,
  changeSecret,
  removeReceiver,
  retryParked,
} from '../../features/security-events/change-receiver.ts';
import { createReceiver } from '../../features/security-events/create-receiver.ts';
import { listReceivers, readParked, showReceiver } from '../../features/security-events/read-receivers.ts';
import { verifyReceiver } from '../../features/security-events/verify-receiver.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id, timeOf } from '../../platform/http/fields.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { pageOfQuery, pagesQuery } from '../page-query.ts';
import { adminReads, adminWrites } from './admin-schemas.ts';
import {
  changeReceiverBody,
  createdReceiverBody,
  createReceiverBody,
  parkedBody,
  parkedOf,
  receiverBody,
  receiverOf,
  receiverSecretBody,
  receiversBody,
  retriedBody,
} from './receiver-schemas.ts';

const onRead = guard({ area: 'admin', scope: 'receivers:read' });
const writes = {
  onRequest: guard({ area: 'admin', scope: 'receivers:write', mfa: 'fresh' }),
  config: { guessing: true },
} as const;
const tags = ['Security events'];
const params = z.strictObject({ id });
const common = { tags, headers: mfaHeader };

function createReceiverRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/receivers',
    {
      ...writes,
      schema: {
        ...common,
        operationId: 'createReceiver',
        summary: 'Make a receiver of security events, and verify it',
        description:
          'The service sends a verification event at once. A receiver that answers 2xx is enabled. One that does not ' +
          'stays `unverified` and hears nothing: `trouble` says why.',
        body: createReceiverBody,
        response: { 201: createdReceiverBody, ...problemResponses(adminWrites) },
      },
    },
    async (request, reply) => {
      const { client_id: clientId = null, url = null, audience = null, ...rest } = request.body;
      const input = { ...rest, url, audience, clientId, authorization: rest.authorization ?? null };
      const ctx = contextOf(request);
      const { receiver, secret } = await createReceiver(deps, ctx, actorIdOf(request), input);
      return reply.code(201).send({ ...receiverOf(receiver), ...(secret !== null && { secret }) });
    },
  );
}

function listReceiversRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/receivers',
    {
      onRequest: onRead,
      schema: {
        ...common,
        operationId: 'listReceivers',
        summary: 'List the receivers of security events by name',
        description: 'Shows how far each has heard, and never a secret.',
        response: { 200: receiversBody, ...problemResponses(adminReads) },
      },
    },
    async () => ({ receivers: (await listReceivers(deps)).map(receiverOf) }),
  );
}

function showReceiverRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/receivers/:id',
    {
      onRequest: onRead,
      schema: {
        ...common,
        operationId: 'showReceiver',
        summary: 'Read one receiver of security events',
        description: 'Shows how far it has heard, and never a secret.',
        params,
        response: { 200: receiverBody, ...problemResponses(adminReads, 'not-found') },
      },
    },
    async (request) => receiverOf(await showReceiver(deps, request.params.id)),
  );
}

function changeReceiverRoute(app: App): void {
  const deps = app.deps;
  app.patch(
    '/admin/receivers/:id',
    {
      ...writes,
      schema: {
        ...common,
        operationId: 'changeReceiver',
        summary: 'Change what a receiver hears, or whether it hears',
        description:
          'Takes effect for events from now on. What waits for a disabled receiver is parked after 24 hours. For another ' +
          'address, make another receiver.',
        params,
        body: changeReceiverBody,
        response: { 200: receiverBody, ...problemResponses(adminWrites, 'not-found', 'conflict') },
      },
    },
    async (request) => {
      const action = { actorId: actorIdOf(request), id: request.params.id, change: request.body };
      return receiverOf(await changeReceiver(deps, contextOf(request), action));
    },
  );
}

function removeReceiverRoute(app: App): void {
  const deps = app.deps;
  app.delete(
    '/admin/receivers/:id',
    {
      ...writes,
      schema: {
        ...common,
        operationId: 'removeReceiver',
        summary: 'Remove a receiver, and the events that wait for it',
        description: 'The audit keeps what was done with it.',
        params,
        response: {
          204: z.undefined().describe('Removed'),
          ...problemResponses(adminWrites, 'not-found'),
        },
      },
    },
    async (request, reply) => {
      await removeReceiver(deps, contextOf(request), {
        actorId: actorIdOf(request),
        id: request.params.id,
      });
      return reply.code(204).send();
    },
  );
}

function verifyReceiverRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/receivers/:id/verify',
    {
      ...writes,
      schema: {
        ...common,
        operationId: 'verifyReceiver',
        summary: 'Send a receiver the verification event again',
        description:
          'A receiver that answers 2xx is enabled, unless an administrator has disabled it. A receiver that polls is verified when ' +
          'it acknowledges the event.',
        params,
        response: { 200: receiverBody, ...problemResponses(adminWrites, 'not-found') },
      },
    },
    async (request) =>
      receiverOf(
        await verifyReceiver(deps, contextOf(request), {
          actorId: actorIdOf(request),
          id: request.params.id,
        }),
      ),
  );
}

function changeReceiverSecretRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/receivers/:id/secret',
    {
      ...writes,
      schema: {
        ...common,
        operationId: 'changeReceiverSecret',
        summary: 'Give a webhook a new secret',
        description:
          'The service signs with both secrets for 24 hours, so that the receiver can change without a pause.',
        params,
        response: { 200: receiverSecretBody, ...problemResponses(adminWrites, 'not-found', 'conflict') },
      },
    },
    async (request) => {
      const action = { actorId: actorIdOf(request), id: request.params.id };
      const { secret, earlierUntil } = await changeSecret(deps, contextOf(request), action);
      return { secret, earlier_until: timeOf(earlierUntil) };
    },
  );
}

function listParkedEventsRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/receivers/:id/parked',
    {
      onRequest: onRead,
      schema: {
        ...common,
        operationId: 'listParkedEvents',
        summary: 'List the events that a receiver has not taken in 24 hours, oldest first',
        description: 'Send `next_cursor` as `cursor` to get the next page. It is null on the last page.',
        params,
        querystring: pagesQuery,
        response: { 200: parkedBody, ...problemResponses(adminReads, 'not-found') },
      },
    },
    async (request) => {
      const page = pageOfQuery(request.query);
      const { events, nextCursor } = await readParked(deps, request.params.id, page);
      return { events: events.map(parkedOf), next_cursor: nextCursor };
    },
  );
}

function retryParkedEventsRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/admin/receivers/:id/parked/retry',
    {
      ...writes,
      schema: {
        ...common,
        operationId: 'retryParkedEvents',
        summary: 'Send the parked events of a receiver again',
        description: 'The receiver may have heard later events about the same subject already.',
        params,
        response: { 200: retriedBody, ...problemResponses(adminWrites, 'not-found') },
      },
    },
    async (request) => {
      const action = { actorId: actorIdOf(request), id: request.params.id };
      return { released: await retryParked(deps, contextOf(request), action) };
    },
  );
}

function actorIdOf(request: Parameters<typeof requireSession>[0]): string {
  return requireSession(request).session.userId;
}

/** The administration of those who hear of security events. */
export async function receiverRoutes(app: App): Promise<void> {
  createReceiverRoute(app);
  listReceiversRoute(app);
  showReceiverRoute(app);
  changeReceiverRoute(app);
  removeReceiverRoute(app);
  verifyReceiverRoute(app);
  changeReceiverSecretRoute(app);
  listParkedEventsRoute(app);
  retryParkedEventsRoute(app);
}
