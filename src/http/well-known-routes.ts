import { z } from 'zod';
import { acrValues } from '../areas/core/level.ts';
import type { App } from './app-type.ts';
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

const metadataBody = z.strictObject({
  issuer: z.string(),
  jwks_uri: z.string(),
  response_types_supported: z.array(z.string()),
  grant_types_supported: z.array(z.string()),
  acr_values_supported: z.array(z.string()),
  service_documentation: z.string(),
});

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
          summary: 'Public keys',
          response: { 200: z.strictObject({ keys: z.array(jwkBody) }), ...refusals() },
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
        schema: { tags, summary: 'Metadata', response: { 200: metadataBody, ...refusals() } },
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
