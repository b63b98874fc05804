import { z } from 'zod';
import {
  invalidClient,
  unauthorizedClient,
  unsupportedGrantType,
} from '../../domain/service-accounts/oauth-problems.ts';
import { authenticateClient } from '../../features/service-accounts/authenticate-client.ts';
import { grantServiceToken } from '../../features/service-accounts/grant-service-token.ts';
import {
  revokeRefreshToken,
  revokeServiceToken,
  revokeSession,
} from '../../features/service-accounts/revoke-token.ts';
import type { App } from '../../platform/http/app-type.ts';
import { takeForms } from '../../platform/http/forms.ts';
import { liveTokenOf } from '../access/active-tokens.ts';
import { contextOf } from '../access/context-of.ts';
import { publicRoute } from '../access/guard.ts';
import { handleOAuthProblem, oauthProblemResponses } from './oauth-answers.ts';
import {
  grantedBody,
  introspectForm,
  introspectionBody,
  introspectionOf,
  revokeForm,
  tokenForm,
} from './oauth-schemas.ts';
import { presentedClient } from './presented-client.ts';

const tags = ['Service accounts'];
const consumes = ['application/x-www-form-urlencoded'];

/** The accepted audiences of a client assertion: the issuer, or the URL of the endpoint. */
function audiences(issuer: string, endpoint: string): string[] {
  return [issuer, `${issuer}${endpoint}`];
}

function grantTokenRoute(app: App, issuer: string): void {
  const deps = app.deps;
  app.post(
    '/oauth/token',
    {
      onRequest: publicRoute,
      config: { guessing: true },
      schema: {
        tags,
        operationId: 'grantToken',
        summary: 'Get a token for a service account',
        description:
          'The client authenticates by client_secret_basic, client_secret_post or private_key_jwt. There is no password grant.',
        consumes,
        body: tokenForm,
        response: { 200: grantedBody, ...oauthProblemResponses() },
      },
    },
    async (request) => {
      const { grant_type: grantType, scope, ...form } = request.body;
      if (grantType !== 'client_credentials') throw unsupportedGrantType('Only client_credentials');
      const presented = presentedClient(request.headers.authorization, form);
      if (!presented) throw invalidClient();
      const ctx = contextOf(request);
      const client = await authenticateClient(deps, ctx, presented, audiences(issuer, '/oauth/token'));
      const grant = await grantServiceToken(deps, ctx, client, scope);
      const { token, expiresIn } = deps.tokens.issueService(grant, ctx.now);
      return {
        access_token: token,
        token_type: 'Bearer' as const,
        expires_in: expiresIn,
        scope: grant.scopes.join(' '),
      };
    },
  );
}

function introspectTokenRoute(app: App, issuer: string): void {
  const deps = app.deps;
  app.post(
    '/oauth/introspect',
    {
      onRequest: publicRoute,
      schema: {
        tags,
        operationId: 'introspectToken',
        summary: 'Introspect a token',
        description:
          'For service accounts with the scope introspect. The answer for a token that is not live is {"active":false}.',
        consumes,
        body: introspectForm,
        response: { 200: introspectionBody, ...oauthProblemResponses() },
      },
    },
    async (request) => {
      const { token, ...form } = request.body;
      const presented = presentedClient(request.headers.authorization, form);
      if (!presented) throw invalidClient();
      const ctx = contextOf(request);
      const client = await authenticateClient(deps, ctx, presented, audiences(issuer, '/oauth/introspect'));
      if (!client.scopes.includes('introspect')) throw unauthorizedClient('Needs the scope introspect');
      return introspectionOf(await liveTokenOf(deps, ctx, token), issuer);
    },
  );
}

function revokeTokenRoute(app: App, issuer: string): void {
  const deps = app.deps;
  app.post(
    '/oauth/revoke',
    {
      onRequest: publicRoute,
      schema: {
        tags,
        operationId: 'revokeToken',
        summary: 'Revoke a token',
        description:
          'A token of a user needs no client authentication. Its holder may revoke it, and its session ends with it. ' +
          'A service account revokes its own tokens, one by one. The answer is 200 also if there was nothing to revoke.',
        consumes,
        body: revokeForm,
        response: { 200: z.undefined().describe('The token is revoked'), ...oauthProblemResponses() },
      },
    },
    async (request, reply) => {
      const { token, ...form } = request.body;
      const ctx = contextOf(request);
      const presented = presentedClient(request.headers.authorization, form);
      const client =
        presented && (await authenticateClient(deps, ctx, presented, audiences(issuer, '/oauth/revoke')));
      if (!token.includes('.')) await revokeRefreshToken(deps, ctx, token);
      const live = token.includes('.') ? await liveTokenOf(deps, ctx, token) : null;
      if (live?.kind === 'access') await revokeSession(deps, ctx, live.principal.session, 'access token');
      if (live?.kind === 'service') {
        if (!client) throw invalidClient();
        if (client.accountId !== live.service.account.id)
          throw unauthorizedClient('The token of another client');
        await revokeServiceToken(deps, ctx, live.service);
      }
      return reply.code(200).send();
    },
  );
}

/** Tokens for programs (RFC 6749 4.4). Introspection (RFC 7662) and revocation (RFC 7009) take tokens of any type. */
export function oauthRoutes(issuer: string) {
  return async (app: App): Promise<void> => {
    takeForms(app);
    app.setErrorHandler(handleOAuthProblem);
    app.addHook('onRequest', (_request, reply, done) => {
      reply.header('pragma', 'no-cache'); // RFC 6749 5.1
      done();
    });
    grantTokenRoute(app, issuer);
    introspectTokenRoute(app, issuer);
    revokeTokenRoute(app, issuer);
  };
}
