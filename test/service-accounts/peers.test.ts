import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addCredential } from '../../src/features/service-accounts/credentials.ts';
import { makeService } from '../support/services.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext, issuer } from '../support/world.ts';

const world = useWorld();

let address = '';
beforeAll(async () => {
  await world.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = world.app.server.address() as AddressInfo; // listening on TCP
  address = `http://127.0.0.1:${port}`;
});
afterAll(() => world.app.close());

/** The issuer has a name that is not where it listens here. */
const overTheWire = (url: string, options: object) => fetch(url.replace(issuer, address), options);

async function registered(alg: string, more: object = {}) {
  const { id, secret } = await makeService(world);
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), ...more };
  const input = { kind: 'public_key', publicJwk, seconds: undefined } as const;
  await addCredential(world.deps, consoleContext(), { actorId: null, accountId: id, input });
  return { id, secret, privateKey };
}

describe('VN-7: openid-client', () => {
  const discovered = (id: string, by: openid.ClientAuth) =>
    openid.discovery(new URL(issuer), id, undefined, by, {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
      [openid.customFetch]: overTheWire,
    });

  test.each(['Ed25519', 'ES256', 'PS256', 'RS256'])(
    'gets, looks at and ends a token by a key for %s',
    async (alg) => {
      const { id, privateKey } = await registered(alg, { alg, use: 'sig', x5c: ['MIIB'] });
      const config = await discovered(id, openid.PrivateKeyJwt(privateKey));
      const { access_token } = await openid.clientCredentialsGrant(config, { scope: 'sync:read' });
      expect(access_token).toMatch(/^eyJ/);
      await openid.tokenRevocation(config, access_token);
    },
  );

  test('reads why an assertion is refused', async () => {
    const { id, privateKey } = await registered('RS256');
    const anHour = {
      [openid.modifyAssertion]: (_: object, payload: { exp?: number }) => {
        payload.exp = Math.floor(Date.now() / 1000) + 3600;
      },
    };
    const config = await discovered(id, openid.PrivateKeyJwt(privateKey, anHour));
    await expect(openid.clientCredentialsGrant(config)).rejects.toMatchObject({
      error: 'invalid_client',
      error_description: 'client_assertion: exp must be at most 300 seconds ahead',
    });
  });
});

describe('VN-7: oauth4webapi', () => {
  const anyhow = { [oauth.allowInsecureRequests]: true, [oauth.customFetch]: overTheWire };

  async function grant(id: string, by: oauth.ClientAuth) {
    const url = new URL(issuer);
    const found = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...anyhow });
    const server = await oauth.processDiscoveryResponse(url, found);
    const client = { client_id: id };
    const answer = await oauth.clientCredentialsGrantRequest(server, client, by, {}, anyhow);
    return oauth.processClientCredentialsResponse(server, client, answer);
  }

  test.each(['Ed25519', 'EdDSA', 'ES256', 'PS256', 'RS256'])('gets a token by a key for %s', async (alg) => {
    const { id, privateKey } = await registered(alg);
    expect((await grant(id, oauth.PrivateKeyJwt(privateKey as CryptoKey))).token_type).toBe('bearer');
  });

  test('reads the refusal where it tried no Basic, and the challenge where it did', async () => {
    const { id } = await registered('Ed25519');
    await expect(grant(id, oauth.ClientSecretPost('wrong'))).rejects.toMatchObject({
      error: 'invalid_client',
    });
    await expect(grant(id, oauth.ClientSecretBasic('wrong'))).rejects.toMatchObject({
      cause: [{ scheme: 'basic' }],
    });
  });

  test('finds both names of Ed25519 in the metadata', async () => {
    const { body } = await world.call('GET', '/.well-known/oauth-authorization-server');
    for (const name of ['token', 'introspection', 'revocation'])
      expect(body[`${name}_endpoint_auth_signing_alg_values_supported`]).toEqual([
        'ES256',
        'Ed25519',
        'EdDSA',
        'PS256',
        'RS256',
      ]);
  });
});
