import { z } from 'zod';
import { acrValues } from '../../domain/policy/assurance-level.ts';
import { eventUris } from '../../domain/security-events/event-names.ts';
import { authMethods } from '../../domain/service-accounts/client.ts';
import { assertionAlgorithms } from '../../features/service-accounts/public-key.ts';
import type { App } from '../../platform/http/app-type.ts';
import { withExamples } from '../../platform/http/fields.ts';
import { publicRead } from '../access/guard.ts';
import { problemResponses } from '../openapi/problem-responses.ts';

const jwkBody = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.string().describe('RFC 7638 thumbprint'),
  use: z.literal('sig'),
  alg: z.literal('ES256'),
});

const jwksBody = withExamples(z.strictObject({ keys: z.array(jwkBody) }), {
  keys: {
    keys: [
      {
        kty: 'EC',
        crv: 'P-256',
        x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
        y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
        kid: 'cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s',
        use: 'sig',
        alg: 'ES256',
      },
    ],
  },
});

const metadataBody = withExamples(
  z.strictObject({
    issuer: z.string(),
    jwks_uri: z.string(),
    token_endpoint: z.string(),
    token_endpoint_auth_methods_supported: z.array(z.string()),
    token_endpoint_auth_signing_alg_values_supported: z.array(z.string()),
    introspection_endpoint: z.string(),
    introspection_endpoint_auth_methods_supported: z.array(z.string()),
    introspection_endpoint_auth_signing_alg_values_supported: z.array(z.string()),
    revocation_endpoint: z.string(),
    revocation_endpoint_auth_methods_supported: z.array(z.string()),
    revocation_endpoint_auth_signing_alg_values_supported: z.array(z.string()),
    response_types_supported: z.array(z.string()),
    grant_types_supported: z.array(z.string()),
    acr_values_supported: z.array(z.string()),
    service_documentation: z.string(),
  }),
  { metadata: metadataOf('https://login.example.gov') },
);

/**
 * RFC 8414 2. There are no response types, because the server has no authorization endpoint. There is no password grant
 * (RFC 9700 2.4).
 */
function metadataOf(issuer: string) {
  const methods = [...authMethods];
  const algorithms = [...assertionAlgorithms];
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    token_endpoint: `${issuer}/oauth/token`,
    token_endpoint_auth_methods_supported: methods,
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    introspection_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    revocation_endpoint_auth_methods_supported: ['none', ...methods],
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    acr_values_supported: [...acrValues],
    service_documentation: `${issuer}/openapi.json`,
  };
}

const ssfBody = withExamples(
  z.strictObject({
    spec_version: z.string(),
    issuer: z.string(),
    jwks_uri: z.string(),
    delivery_methods_supported: z.array(z.string()),
    default_subjects: z.literal('ALL'),
    events_supported: z.array(z.string()),
    service_documentation: z.string(),
  }),
  { metadata: ssfMetadataOf('https://login.example.gov') },
);

/**
 * OpenID Shared Signals Framework 1.0, section 7. It names no endpoints to configure a stream, because administrators
 * make the receivers.
 */
function ssfMetadataOf(issuer: string) {
  return {
    spec_version: '1_0',
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    delivery_methods_supported: ['urn:ietf:rfc:8935', 'urn:ietf:rfc:8936'],
    default_subjects: 'ALL' as const,
    events_supported: Object.values(eventUris),
    service_documentation: `${issuer}/openapi.json`,
  };
}

const tags = ['Keys'];
const cacheable = { 'cache-control': 'public, max-age=300' };

function jwksRoute(app: App): void {
  const { tokens } = app.deps;
  app.get(
    '/.well-known/jwks.json',
    {
      ...publicRead,
      schema: {
        tags,
        operationId: 'jwks',
        summary: 'Read the public keys that verify tokens',
        description:
          'A JWK Set (RFC 7517). Cache it for five minutes, and read it again for a `kid` that you do not know.',
        response: { 200: jwksBody, ...problemResponses() },
      },
    },
    async (_request, reply) => {
      reply.headers(cacheable);
      return { keys: tokens.jwks(new Date()).keys.map((key) => jwkBody.parse(key)) };
    },
  );
}

function metadataRoute(app: App, issuer: string): void {
  app.get(
    '/.well-known/oauth-authorization-server',
    {
      ...publicRead,
      schema: {
        tags,
        operationId: 'metadata',
        summary: 'Read the metadata of the authorization server',
        description:
          'Issuer, keys and endpoints of this authorization server (RFC 8414). This is not an OpenID provider.',
        response: { 200: metadataBody, ...problemResponses() },
      },
    },
    async (_request, reply) => {
      reply.headers(cacheable);
      return metadataOf(issuer);
    },
  );
}

function ssfConfigurationRoute(app: App, issuer: string): void {
  app.get(
    '/.well-known/ssf-configuration',
    {
      ...publicRead,
      schema: {
        tags: ['Security events'],
        operationId: 'ssfConfiguration',
        summary: 'Read the metadata of the transmitter of security events',
        description: 'Issuer, keys and ways of delivery (OpenID Shared Signals Framework 1.0).',
        response: { 200: ssfBody, ...problemResponses() },
      },
    },
    async (_request, reply) => {
      reply.headers(cacheable);
      return ssfMetadataOf(issuer);
    },
  );
}

/** Keys and metadata (RFC 7517, RFC 8414) for services that verify tokens. Caches may store them for five minutes. */
export function wellKnownRoutes(issuer: string) {
  return async (app: App): Promise<void> => {
    jwksRoute(app);
    metadataRoute(app, issuer);
    ssfConfigurationRoute(app, issuer);
  };
}
