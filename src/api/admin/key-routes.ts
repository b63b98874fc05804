import { z } from 'zod';
import { listKeys } from '../../features/tokens/list-keys.ts';
import { revokeKey } from '../../features/tokens/retire-keys.ts';
import { rotateKeys } from '../../features/tokens/rotate-keys.ts';
import type { App } from '../../platform/http/app-type.ts';
import { clientOf, mfaHeader } from '../../platform/http/requests.ts';
import { guard, requireSession } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { keyShown, keysBody, kid, revokedBody, rotateBody, rotatedBody } from './key-schemas.ts';

const writing = ['mfa-token-required', 'mfa-token-invalid', 'mfa-token-used', 'conflict'] as const;

const mayWrite = guard({ area: 'admin', scope: 'keys:write', mfa: 'fresh' });
const tags = ['Keys'];

function listKeysRoute(app: App): void {
  const deps = app.gate;
  app.get(
    '/admin/keys',
    {
      onRequest: guard({ area: 'admin', scope: 'keys:write' }),
      schema: {
        tags,
        operationId: 'listKeys',
        summary: 'The signing keys there are, newest first',
        description: 'Each with when it signs from, and until when it verifies.',
        response: {
          200: keysBody,
          ...problemResponses(bearerProblems, 'insufficient-scope', 'mfa-token-required'),
        },
      },
    },
    async () => ({ keys: (await listKeys(deps)).map(keyShown) }),
  );
}

function rotateKeysRoute(app: App): void {
  const deps = app.gate;
  app.post(
    '/admin/keys/rotate',
    {
      onRequest: mayWrite,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'rotateKeys',
        summary: 'Make the next signing key',
        description:
          'Published at once, signing in ten minutes; the one before verifies for another day. `at_once` is for a key ' +
          'that leaked: whoever keeps our keys refuses new tokens until they read them again, five minutes at most.',
        headers: mfaHeader,
        body: rotateBody,
        response: { 200: rotatedBody, ...problemResponses(bearerProblems, 'insufficient-scope', writing) },
      },
    },
    async (request) => {
      const atOnce = request.body.at_once ?? false;
      const actorId = requireSession(request).session.userId;
      const rotated = await rotateKeys(deps, { atOnce, actorId }, clientOf(request));
      if (!rotated) throw new Error('Only a rotation by the calendar may find nothing due');
      return { kid: rotated.kid, signs_from: rotated.signsFrom.toISOString(), made: rotated.made };
    },
  );
}

function revokeKeyRoute(app: App): void {
  const deps = app.gate;
  app.delete(
    '/admin/keys/:kid',
    {
      onRequest: mayWrite,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'revokeKey',
        summary: 'End a signing key at once, and all that it signed',
        description:
          'For a key that leaked. Everybody whose access token it signed must refresh or log in again.',
        headers: mfaHeader,
        params: z.strictObject({ kid }),
        response: {
          200: revokedBody,
          ...problemResponses(bearerProblems, 'insufficient-scope', writing, 'not-found'),
        },
      },
    },
    async (request) =>
      revokeKey(deps, request.params.kid, requireSession(request).session.userId, clientOf(request)),
  );
}

/** The keys that sign our tokens. */
export async function keyRoutes(app: App): Promise<void> {
  listKeysRoute(app);
  rotateKeysRoute(app);
  revokeKeyRoute(app);
}
