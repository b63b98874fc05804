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
import { clientOf } from '../../platform/http/requests.ts';
import { liveTokenOf } from '../access/active-tokens.ts';
import { type AccessDeps, bearerToken } from '../access/authenticate.ts';
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

const { username: name, password: words, code: digits } = shown;
const loginBody = withExamples(
  z.strictObject({
    username: text(128),
    password,
    area: z.enum(personAreas).default('public'),
    mfa_token: code.optional().describe('Logs in with password and code at once; one generic failure'),
    trusted_device: token.optional().describe('Spares the second step where the area allows it'),
    refresh_in: refreshIn,
  }),
  {
    'password first': { username: name, password: words },
    'password and code at once': { username: name, password: words, area: 'admin', mfa_token: digits },
    'from a trusted device': { username: name, password: words, trusted_device: shown.opaque },
    'from a page that keeps no token': { username: name, password: words, refresh_in: 'cookie' },
  },
);

const refreshToken = text(
  256,
  'At most 256 characters: send refresh_token of the last answer, not a token of another kind',
);

function logInRoute(app: App): void {
  const deps = app.gate;
  app.post(
    '/auth/login',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags: ['Login'],
        operationId: 'logIn',
        summary: 'The first factor',
        description:
          'Tokens, or a challenge for the second factor of whoever has one. From a trusted device tokens at once, and its next token.',
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
      const outcome = await logIn(deps, input, clientOf(request)).catch((error: unknown) => {
        deps.metrics.login(area, error instanceof Problem ? slugOf(error) : 'error');
        throw error;
      });
      deps.metrics.login(area, outcome.status);
      const body = bodyOf(deps, outcome);
      return 'mfa_method' in body ? body : handOver(reply, body, request.body.refresh_in);
    },
  );
}

function refreshRoute(app: App): void {
  const deps = app.gate;
  app.post(
    '/auth/refresh',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags: ['Login'],
        operationId: 'refresh',
        summary: 'Exchange a refresh token, once',
        description:
          'Raises no level and is no sign of a person. A token that comes twice ends the session, but for some seconds the ' +
          'last one is answered again. Without refresh_token it is that of the cookie, beside X-Sallyport-Client, and the ' +
          'next one goes into the cookie.',
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
      const opened = await refreshLogin(deps, token, clientOf(request));
      return handOver(reply, tokensOf(deps.tokens, opened), where);
    },
  );
}

function logOutRoute(app: App): void {
  const deps = app.gate;
  app.post(
    '/auth/logout',
    {
      onRequest: guardUnless(comesByCookie, { area: 'own' }),
      schema: {
        tags: ['Login'],
        operationId: 'logOut',
        summary: 'End this session, at once and everywhere',
        description:
          'That of the access token; or with the cookie and X-Sallyport-Client that of the cookie, which goes. Then an ' +
          'access token of another session ends that one too.',
        headers: clientHeaderShape,
        response: { 204: z.undefined().describe('Done'), ...problemResponses(bearerProblems, 'not-found') },
      },
    },
    async (request, reply) => {
      if (comesByCookie(request)) await logOutBoth(deps, request, reply);
      else await logOut(deps, requireSession(request), clientOf(request));
      return reply.code(204).send();
    },
  );
}

/** The session of the cookie, and that of the access token beside it, which may be over already. */
async function logOutBoth(deps: AccessDeps, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const origin = clientOf(request);
  const { authorization } = request.headers;
  const refreshToken = tokenInCookie(request);
  const accessToken = authorization === undefined ? null : bearerToken(authorization);
  await logOutByRefresh(deps, refreshToken, origin);
  clearRefreshCookie(reply);
  const live = accessToken === null ? null : await liveTokenOf(deps, accessToken, new Date());
  if (live?.kind === 'access') await logOut(deps, live.principal, origin);
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
          ? 'The time to enrol a second factor is over. Enrol one with the enrolment token.'
          : 'This area asks for a second factor. Enrol one with the enrolment token.',
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
