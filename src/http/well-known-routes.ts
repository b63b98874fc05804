import { z } from 'zod';
import { acrValues } from '../areas/core/level.ts';
import type { App } from './app-type.ts';
import { withExamples } from './examples.ts';
import { open } from './guard.ts';
import { refusals } from './refusals.ts';

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
    response_types_supported: z.array(z.string()),
    grant_types_supported: z.array(z.string()),
    acr_values_supported: z.array(z.string()),
    service_documentation: z.string(),
  }),
  {
    metadata: {
      issuer: 'https://login.example.gov',
      jwks_uri: 'https://login.example.gov/.well-known/jwks.json',
      response_types_supported: [],
      grant_types_supported: [],
      acr_values_supported: [...acrValues],
      service_documentation: 'https://login.example.gov/openapi.json',
    },
  },
);

/** Keys and metadata (RFC 7517, RFC 8414), for whoever verifies our tokens. They may be kept for five minutes. */
export function wellKnownRoutes(issuer: string) {
  return async (app: App): Promise<void> => {
    const { jwks } = app.gate.tokens;
    const tags = ['Keys'];
    const cacheable = { 'cache-control': 'public, max-age=300' };

    app.get(
      '/.well-known/jwks.json',
      {
        onRequest: open,
        schema: {
          tags,
          operationId: 'jwks',
          summary: 'Public keys',
          response: { 200: jwksBody, ...refusals() },
        },
      },
      async (_request, reply) => {
        reply.headers(cacheable);
        return { keys: jwks.keys.map((key) => jwkBody.parse(key)) };
      },
    );

    app.get(
      '/.well-known/oauth-authorization-server',
      {
        onRequest: open,
        schema: {
          tags,
          operationId: 'metadata',
          summary: 'Metadata',
          response: { 200: metadataBody, ...refusals() },
        },
      },
      async (_request, reply) => {
        reply.headers(cacheable);
        return {
          issuer,
          jwks_uri: `${issuer}/.well-known/jwks.json`,
          response_types_supported: [],
          grant_types_supported: [],
          acr_values_supported: [...acrValues],
          service_documentation: `${issuer}/openapi.json`,
        };
      },
    );
  };
}
