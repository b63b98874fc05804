import { z } from 'zod';
import { beginPasskeyLogin, logInWithPasskey } from '../../features/login/log-in-with-passkey.ts';
import { describedMethods } from '../../features/mfa/providers.ts';
import type { App } from '../../platform/http/app-type.ts';
import { durationSeconds, withExamples } from '../../platform/http/fields.ts';
import { contextOf } from '../access/context-of.ts';
import { publicRoute } from '../access/guard.ts';
import { ceremonyExamples, optionsExamples, passkeyResponse } from '../mfa/ceremony-schemas.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { personAreas, tokensBody, tokensOf } from './login-schemas.ts';
import { handOver, refreshIn } from './refresh-cookie.ts';

const optionsBody = withExamples(z.strictObject({ area: z.enum(personAreas).default('public') }), {
  'the area public': {},
  'another area': { area: 'admin' },
});

const begunBody = withExamples(
  z.strictObject({
    options: z
      .record(z.string(), z.unknown())
      .describe('For PublicKeyCredential.parseRequestOptionsFromJSON; it names no credential'),
    expires_in: durationSeconds,
  }),
  { options: { options: { ...optionsExamples.authentication, allowCredentials: [] }, expires_in: 300 } },
);

function passkeyOptionsRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/passkey/options',
    {
      onRequest: publicRoute,
      schema: {
        tags: ['Login'],
        operationId: 'passkeyOptions',
        summary: 'Begin a login by a passkey alone',
        description:
          'Answers the same for everybody, because nobody has said a name. The challenge works once, in this area. ' +
          'The policy of the area says whether a passkey may replace the password (`first_factor`).',
        body: optionsBody,
        response: { 200: begunBody, ...problemResponses('method-not-allowed') },
      },
    },
    async (request) => {
      const { show, expiresInSeconds } = await beginPasskeyLogin(deps, contextOf(request), request.body.area);
      return begunBody.parse({ ...show, expires_in: expiresInSeconds });
    },
  );
}

function passkeyVerifyRoute(app: App, response: z.ZodType): void {
  const deps = app.deps;
  const body = withExamples(z.strictObject({ response, refresh_in: refreshIn }), {
    passkey: { response: ceremonyExamples.passkey },
    'from a page that keeps no token': { response: ceremonyExamples.passkey, refresh_in: 'cookie' },
  });
  app.post(
    '/auth/passkey/verify',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags: ['Login'],
        operationId: 'passkeyVerify',
        summary: 'Log in with a passkey alone',
        description:
          'The passkey names its account, and verified its owner by PIN, finger or face. The session has the level `phr` ' +
          'without a password. An unknown passkey and a wrong signature get the same answer.',
        body,
        response: {
          200: tokensBody,
          ...problemResponses('challenge-invalid', 'invalid-credentials', 'forbidden', 'method-not-allowed'),
        },
      },
    },
    async (request, reply) => {
      const { response, refresh_in: where } = request.body;
      const opened = await logInWithPasskey(deps, contextOf(request), response);
      return handOver(reply, tokensOf(deps.tokens, opened), where);
    },
  );
}

/** Logins by a passkey alone: no name, no password. A service without security keys lacks these routes. */
export async function passkeyRoutes(app: App): Promise<void> {
  const response = passkeyResponse(describedMethods(app.deps.providers));
  if (!response) return;
  passkeyOptionsRoute(app);
  passkeyVerifyRoute(app, response);
}
