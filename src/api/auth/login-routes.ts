import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { mfaEnrollmentRequired } from '../../domain/mfa/mfa-problems.ts';
import { logIn } from '../../features/login/log-in.ts';
import { logOut, logOutByRefresh } from '../../features/login/log-out.ts';
import type { LoginOutcome } from '../../features/login/login-outcome.ts';
import { refreshLogin } from '../../features/sessions/refresh-session.ts';
import { enrolmentTokenSeconds } from '../../features/tokens/enrolment-tokens.ts';
import { Problem, slugOf } from '../../lib/problem.ts';
import type { App } from '../../platform/http/app-type.ts';
import { code, password, shown, text, token, withExamples } from '../../platform/http/fields.ts';
import { liveTokenOf } from '../access/active-tokens.ts';
import { type AccessDeps, bearerToken } from '../access/authenticate.ts';
import { contextOf } from '../access/context-of.ts';
import { guardUnless, publicRoute, requireSession } from '../access/guard.ts';
import { bearerProblems, problemResponses } from '../openapi/problem-responses.ts';
import { challengeBody, challengeOf, personAreas, tokensBody, tokensOf } from './login-schemas.ts';
import {
  clearRefreshCookie,
  clientHeaderShape,
  comesByCookie,
  handOver,
  refreshIn,
  refreshTokenOf,
  tokenInCookie,
} from './refresh-cookie.ts';

const login = { username: shown.username, password: shown.password };
const loginBody = withExamples(
  z.strictObject({
    username: text(128),
    password,
    area: z.enum(personAreas).default('public'),
    mfa_token: code
      .optional()
      .describe('Logs in with password and code in one request; a failure does not say which was wrong'),
    trusted_device: token.optional().describe('Replaces the second step if the area allows it'),
    refresh_in: refreshIn,
  }),
  {
    'password first': login,
    'password and code at once': { ...login, area: 'admin', mfa_token: shown.code },
    'from a trusted device': { ...login, trusted_device: shown.opaque },
    'from a page that keeps no token': { ...login, refresh_in: 'cookie' },
  },
);

const refreshToken = text(
  256,
  'At most 256 characters: send refresh_token of the last answer, not a token of another kind',
);

function logInRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/login',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags: ['Login'],
        operationId: 'logIn',
        summary: 'Log in with username and password',
        description:
          'Answers with tokens, or with a challenge if the user must give a second factor. A trusted device gets tokens at once, and its next device token.',
        body: loginBody,
        response: {
          200: z.union([tokensBody, challengeBody]),
          ...problemResponses(
            'invalid-credentials',
            'forbidden',
            'method-not-allowed',
            'mfa-enrollment-required',
          ),
        },
      },
    },
    async (request, reply) => {
      const { username, password, area, mfa_token: mfaToken, trusted_device: trustedDevice } = request.body;
      const input = { username, password, area, mfaToken, trustedDevice };
      const outcome = await logIn(deps, contextOf(request), input).catch((error: unknown) => {
        deps.metrics.login(area, error instanceof Problem ? slugOf(error) : 'error');
        throw error;
      });
      deps.metrics.login(area, outcome.status);
      const body = bodyOf(deps, outcome);
      return 'temp_token' in body ? body : handOver(reply, body, request.body.refresh_in);
    },
  );
}

function refreshRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/refresh',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags: ['Login'],
        operationId: 'refresh',
        summary: 'Exchange a refresh token for new tokens',
        description:
          'Each refresh token works once. A reused one ends the session, except that the latest may be repeated for a few ' +
          'seconds. A refresh does not raise the level and does not count as activity. Without `refresh_token` in the body, ' +
          'the cookie is used (X-Sallyport-Client is required), and the next token goes into the cookie.',
        headers: clientHeaderShape,
        body: withExamples(z.strictObject({ refresh_token: refreshToken.optional() }).nullish(), {
          'refresh token': { refresh_token: shown.opaque },
          'the one in the cookie': {},
        }),
        response: { 200: tokensBody, ...problemResponses('invalid-token', 'conflict') },
      },
    },
    async (request, reply) => {
      const { token, where } = refreshTokenOf(request, request.body?.refresh_token);
      const opened = await refreshLogin(deps, contextOf(request), token);
      return handOver(reply, tokensOf(deps.tokens, opened), where);
    },
  );
}

function logOutRoute(app: App): void {
  const deps = app.deps;
  app.post(
    '/auth/logout',
    {
      onRequest: guardUnless(comesByCookie, { area: 'own' }),
      schema: {
        tags: ['Login'],
        operationId: 'logOut',
        summary: 'End this session',
        description:
          'Ends the session of the access token at once, on every instance. With the cookie and X-Sallyport-Client, it ends ' +
          'the session of the cookie and deletes the cookie. An access token of another session then ends that one too.',
        headers: clientHeaderShape,
        response: { 204: z.undefined().describe('Done'), ...problemResponses(bearerProblems, 'not-found') },
      },
    },
    async (request, reply) => {
      if (comesByCookie(request)) await logOutBoth(deps, request, reply);
      else await logOut(deps, contextOf(request), requireSession(request));
      return reply.code(204).send();
    },
  );
}

/**
 * Ends the session of the cookie, and the session of the access token if the request has one. An access token that is
 * no longer valid is not an error.
 */
async function logOutBoth(deps: AccessDeps, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const ctx = contextOf(request);
  const { authorization } = request.headers;
  const refreshToken = tokenInCookie(request);
  const accessToken = authorization === undefined ? null : bearerToken(authorization);
  await logOutByRefresh(deps, ctx, refreshToken);
  clearRefreshCookie(reply);
  const live = accessToken === null ? null : await liveTokenOf(deps, ctx, accessToken);
  if (live?.kind === 'access') await logOut(deps, ctx, live.principal);
}

function bodyOf(deps: AccessDeps, outcome: LoginOutcome) {
  switch (outcome.status) {
    case 'opened':
      return tokensOf(deps.tokens, outcome);
    case 'challenged':
      return challengeOf(deps, outcome);
    case 'must-enrol':
      throw mfaEnrollmentRequired({
        detail: outcome.graceEndedAt
          ? 'The grace period has ended. Enrol a second factor with the enrolment token.'
          : 'This area requires a second factor. Enrol one with the enrolment token.',
        enrollment_token: deps.tokens.issueEnrolment(outcome, new Date()),
        expires_in: enrolmentTokenSeconds,
        methods: outcome.methods,
        grace_ended_at: outcome.graceEndedAt?.toISOString() ?? null,
      });
  }
}

export async function loginRoutes(app: App): Promise<void> {
  logInRoute(app);
  refreshRoute(app);
  logOutRoute(app);
}
