import { z } from 'zod';
import { listKeys } from '../../features/tokens/list-keys.ts';
import { revokeKey } from '../../features/tokens/retire-keys.ts';
import { rotateKeys } from '../../features/tokens/rotate-keys.ts';
import type { App } from '../../platform/http/app-type.ts';
import { mfaHeader } from '../../platform/http/requests.ts';
import { contextOf } from '../access/context-of.ts';
import { guard, requireSession } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { keyShown, keysBody, kid, revokedBody, rotateBody, rotatedBody } from './key-schemas.ts';

const writing = ['mfa-token-required', 'mfa-token-invalid', 'mfa-token-used', 'conflict'] as const;

const mayWrite = guard({ area: 'admin', scope: 'keys:write', mfa: 'fresh' });
const tags = ['Keys'];

function listKeysRoute(app: App): void {
  const deps = app.deps;
  app.get(
    '/admin/keys',
    {
      onRequest: guard({ area: 'admin', scope: 'keys:write' }),
      schema: {
        tags,
        operationId: 'listKeys',
        summary: 'List the signing keys, newest first',
        description: 'Shows when each starts to sign, and until when it verifies.',
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
  const deps = app.deps;
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
          'The key is published at once and signs after ten minutes. The previous key verifies for another day. `at_once` is ' +
          'for a key that leaked: resource servers that cache the keys refuse new tokens for up to five minutes.',
        headers: mfaHeader,
        body: rotateBody,
        response: { 200: rotatedBody, ...problemResponses(bearerProblems, 'insufficient-scope', writing) },
      },
    },
    async (request) => {
      const atOnce = request.body.at_once ?? false;
      const actorId = requireSession(request).session.userId;
      const rotated = await rotateKeys(deps, contextOf(request), { atOnce, actorId });
      if (!rotated) throw new Error('Only a rotation by the calendar may find nothing due');
      return { kid: rotated.kid, signs_from: rotated.signsFrom.toISOString(), made: rotated.made };
    },
  );
}

function revokeKeyRoute(app: App): void {
  const deps = app.deps;
  app.delete(
    '/admin/keys/:kid',
    {
      onRequest: mayWrite,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'revokeKey',
        summary: 'Revoke a signing key at once, and every token that it signed',
        description:
          'For a key that leaked. Users whose access tokens it signed must refresh or log in again.',
        headers: mfaHeader,
        params: z.strictObject({ kid }),
        response: {
          200: revokedBody,
          ...problemResponses(bearerProblems, 'insufficient-scope', writing, 'not-found'),
        },
      },
    },
    async (request) =>
      revokeKey(deps, contextOf(request), request.params.kid, requireSession(request).session.userId),
  );
}

/** The routes for the keys that sign tokens. */
export async function keyRoutes(app: App): Promise<void> {
  listKeysRoute(app);
  rotateKeysRoute(app);
  revokeKeyRoute(app);
}
