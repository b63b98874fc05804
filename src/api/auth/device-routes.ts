import { z } from 'zod';
import { distrustDevices, ownDevices } from '../../features/devices/own-devices.ts';
import type { App } from '../../platform/http/app-type.ts';
import { id } from '../../platform/http/fields.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { devicesBody } from './device-schemas.ts';

const onRequest = guard({ area: 'own' });
const tags = ['Trusted devices'];
const done = { 204: z.undefined().describe('Done') };
const endsSessions = 'Sessions that a removed device opened without the second step end.';

function listTrustedDevicesRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/auth/trusted-devices',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'listTrustedDevices',
        summary: 'List your own trusted devices',
        description: 'Each with the time of its last use and the end of its trust.',
        response: { 200: devicesBody, ...problemResponses(bearerProblems) },
      },
    },
    async (request) => {
      const devices = await ownDevices(deps, contextOf(request), requireSession(request));
      return {
        devices: devices.map((one) => ({
          id: one.id,
          label: one.label,
          created_at: one.createdAt.toISOString(),
          last_used_at: one.lastUsedAt?.toISOString() ?? null,
          expires_at: one.endsAt.toISOString(),
          ip: one.ip,
          user_agent: one.userAgent,
        })),
      };
    },
  );
}

function distrustDeviceRoute(app: App): void {
  const deps = app.deps;
  app.delete(
    '/auth/trusted-devices/:id',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'distrustDevice',
        summary: 'Remove one of your own trusted devices',
        description: endsSessions,
        params: z.strictObject({ id }),
        response: { ...done, ...problemResponses(bearerProblems, 'not-found') },
      },
    },
    async (request, reply) => {
      await distrustDevices(deps, contextOf(request), requireSession(request), request.params.id);
      return reply.code(204).send();
    },
  );
}

function distrustDevicesRoute(app: App): void {
  const deps = app.deps;
  app.delete(
    '/auth/trusted-devices',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'distrustDevices',
        summary: 'Remove all of your own trusted devices',
        description: endsSessions,
        response: { ...done, ...problemResponses(bearerProblems) },
      },
    },
    async (request, reply) => {
      await distrustDevices(deps, contextOf(request), requireSession(request), null);
      return reply.code(204).send();
    },
  );
}

export async function deviceRoutes(app: App): Promise<void> {
  listTrustedDevicesRoute(app);
  distrustDeviceRoute(app);
  distrustDevicesRoute(app);
}
