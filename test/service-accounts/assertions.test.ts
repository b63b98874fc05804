import { createHmac, createPrivateKey, createPublicKey, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair } from 'jose';
import { describe, expect, test } from 'vitest';
import { changeServiceAccount } from '../../src/features/service-accounts/change-service-account.ts';
import { revokeCredential } from '../../src/features/service-accounts/credentials.ts';
import { wait } from '../support/actor.ts';
import { eventsDuring } from '../support/audit.ts';
import { part } from '../support/forge.ts';
import {
  addKey,
  assertionOf,
  assertionType,
  fetchByAssertion,
  makeService,
  postForm,
} from '../support/services.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext, issuer } from '../support/world.ts';

const world = useWorld();

async function signing(alg = 'ES256') {
  const service = await makeService(world);
  const key = await addKey(world, service.id, alg);
  const assertion = (said: Parameters<typeof assertionOf>[2] = {}) =>
    assertionOf(service.id, key.privateKey, { ...said, header: { alg, ...said.header } });
  return { ...service, ...key, assertion };
}

/** The refusal, and the reason that the audit has. */
async function expectRefused(
  jwt: string,
  more: Record<string, string> = {},
  descriptions = 'Client authentication failed',
) {
  let answer: Awaited<ReturnType<typeof fetchByAssertion>> | undefined;
  const events = await eventsDuring(world, async () => {
    answer = await fetchByAssertion(world, jwt, more, { ip: `198.51.100.${addresses++ % 250}` });
  });
  expect(answer).toMatchObject({
    status: 401,
    body: { error: 'invalid_client', error_description: descriptions },
  });
  expect(answer?.headers).not.toHaveProperty('www-authenticate');
  expect(answer?.body).not.toHaveProperty('access_token');
  return String(events[0]?.detail?.reason);
}
let addresses = 1;

const descriptions = {
  issuer: 'client_assertion: iss and sub must both be the client_id',
  audience: `client_assertion: aud must be ${issuer} or ${issuer}/oauth/token`,
  expired: 'client_assertion: exp is in the past',
  tooLong: 'client_assertion: exp must be at most 300 seconds ahead',
  early: 'client_assertion: nbf and iat must not be in the future',
  without: (name: string) => `client_assertion: ${name}: missing or not as described`,
};

describe('VN-7: private_key_jwt', () => {
  test.each(['ES256', 'Ed25519', 'EdDSA', 'PS256', 'RS256'])('takes what is signed with %s', async (alg) => {
    const { assertion, id } = await signing(alg);
    const answer = await fetchByAssertion(world, await assertion(), { scope: 'sync:read' });
    expect(answer).toMatchObject({ status: 200, body: { scope: 'sync:read', expires_in: 900 } });
    expect((await fetchByAssertion(world, await assertion(), { client_id: id })).status).toBe(200);
  });

  test.each([issuer, `${issuer}/oauth/token`, [issuer]])('takes the audience %s', async (aud) => {
    const { assertion } = await signing();
    expect((await fetchByAssertion(world, await assertion({ claims: { aud } }))).status).toBe(200);
  });

  test.each([
    `${issuer}/`,
    `${issuer}/oauth/introspect`,
    'https://other.example',
    [issuer, 'https://other.example'],
    [],
    '',
  ])('refuses the audience %s', async (aud) => {
    const { assertion } = await signing();
    const many = typeof aud !== 'string' && aud.length !== 1;
    const reason = await expectRefused(
      await assertion({ claims: { aud } }),
      {},
      many ? descriptions.without('aud') : descriptions.audience,
    );
    expect(['assertion for another audience', 'no assertion', 'unknown client']).toContain(reason);
  });

  test('takes an assertion once', async () => {
    const { assertion } = await signing();
    const jwt = await assertion();
    expect((await fetchByAssertion(world, jwt)).status).toBe(200);
    expect(await expectRefused(jwt)).toBe('assertion used before');
  });

  test('takes a jti once, with any other claims', async () => {
    const { assertion } = await signing();
    const jti = randomUUID();
    expect((await fetchByAssertion(world, await assertion({ claims: { jti } }))).status).toBe(200);
    const again = await assertion({ claims: { jti, exp: Math.floor(Date.now() / 1000) + 100, x: 1 } });
    expect(await expectRefused(again)).toBe('assertion used before');
    const other = await signing();
    expect((await fetchByAssertion(world, await other.assertion({ claims: { jti } }))).status).toBe(200);
  });

  test('OT-3: takes it once, of any number that come together', async () => {
    const { assertion } = await signing();
    const jwt = await assertion();
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetchByAssertion(world, jwt)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('takes none that lasts longer than five minutes, or is over, or has no end', async () => {
    wait(0);
    const { assertion } = await signing();
    const now = Math.floor(Date.now() / 1000);
    const cases = [
      [{ exp: now + 302 }, descriptions.tooLong, 'assertion too long'],
      [{ exp: now + 3600 }, descriptions.tooLong, 'assertion too long'],
      [{ exp: now }, descriptions.expired, 'expired assertion'],
      [{ nbf: now + 60 }, descriptions.early, 'assertion not valid yet'],
      [{ iat: now + 60 }, descriptions.early, 'assertion not valid yet'],
    ] as const;
    for (const [claims, said, reason] of cases)
      expect(await expectRefused(await assertion({ claims }), {}, said)).toBe(reason);
    expect((await fetchByAssertion(world, await assertion({ claims: { exp: now + 300 } }))).status).toBe(200);
    const soon = await assertion({ claims: { exp: now + 10 } });
    wait(10);
    expect(await expectRefused(soon, {}, descriptions.expired)).toBe('expired assertion');
  });

  test('VN-5 answers everybody the same about an assertion that lasts an hour: a stranger, an account that is over', async () => {
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const { assertion, id } = await signing();
    const foreign = await generateKeyPair('ES256');
    const strangers = [
      await assertionOf(randomUUID(), foreign.privateKey, { claims: { exp } }),
      await assertionOf(id, foreign.privateKey, { claims: { exp } }),
    ];
    for (const jwt of strangers) await expectRefused(jwt, {}, descriptions.tooLong);
    await changeServiceAccount(world.deps, consoleContext(), {
      actorId: null,
      id,
      change: { status: 'disabled' },
    });
    await expectRefused(await assertion({ claims: { exp } }), {}, descriptions.tooLong);
    expect(await expectRefused(await assertion())).toBe('disabled');
  });

  test.each(['iss', 'sub', 'aud', 'exp', 'jti'])('takes none without %s', async (name) => {
    const { assertion } = await signing();
    await expectRefused(await assertion({ claims: { [name]: undefined } }), {}, descriptions.without(name));
  });

  test('takes none about another client, or by another issuer', async () => {
    const { assertion, id } = await signing();
    const other = await signing();
    await expectRefused(await assertion({ claims: { sub: other.id } }), {}, descriptions.issuer);
    await expectRefused(await assertion({ claims: { sub: other.id, iss: other.id } }));
    expect(await expectRefused(await assertion({ claims: { iss: other.id } }), {}, descriptions.issuer)).toBe(
      'assertion of another issuer',
    );
    await expectRefused(await assertion(), { client_id: other.id });
    const about = await assertion({ claims: { sub: other.id, iss: other.id } });
    expect(await expectRefused(about, { client_id: id })).toBe('other client');
    await expectRefused(await assertion({ claims: { sub: id.toUpperCase(), iss: id.toUpperCase() } }));
  });

  test('takes none of another type, or of none', async () => {
    const { assertion } = await signing();
    for (const client_assertion_type of ['urn:ietf:params:oauth:client-assertion-type:saml2-bearer', '']) {
      const fields = { grant_type: 'client_credentials', client_assertion_type };
      const answer = await postForm(world, '/oauth/token', {
        ...fields,
        client_assertion: await assertion(),
      });
      expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    }
    expect(assertionType).toContain('jwt-bearer');
  });

  test('attack 39: takes none that another key has signed, for any key that its header names', async () => {
    const { id, publicJwk, assertion } = await signing();
    const foreign = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(foreign.publicKey);
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // listening on TCP
    const url = `http://127.0.0.1:${port}/jwks.json`;
    for (const header of [
      {},
      { jwk },
      { jku: url },
      { x5u: url },
      { kid: publicJwk.kid },
      { jwk: publicJwk },
    ]) {
      expect(await expectRefused(await assertionOf(id, foreign.privateKey, { header }))).toBe(
        'wrong signature',
      );
    }
    expect(asked).toEqual([]);
    await new Promise((resolve) => server.close(resolve));
    expect((await fetchByAssertion(world, await assertion({ header: { jwk, kid: 'x' } }))).status).toBe(200);
    const other = await signing();
    expect(await expectRefused(await assertionOf(id, other.privateKey))).toBe('wrong signature');
  });

  test('attack 39: takes none that is unsigned, cut, or signed in another way', async () => {
    const { id, publicJwk, assertion, fetchToken } = await signing();
    const jwt = await assertion();
    const [header = '', payload = '', signature = ''] = jwt.split('.');
    const spki = createPublicKey({ key: { ...publicJwk }, format: 'jwk' });
    const pem = spki.export({ type: 'spki', format: 'pem' }).toString();
    const text = `${part({ alg: 'HS256' })}.${payload}`;
    const bad = [
      `${part({ alg: 'none' })}.${payload}.`,
      `${part({ alg: 'none' })}.${payload}.${signature}`,
      `${part({ alg: 'RS256' })}.${payload}.${signature}`,
      `${part({ alg: 'EdDSA' })}.${payload}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature.slice(0, -4)}`,
      `${header}.${payload}.${signature}AAAA`,
      `${header}.${payload}.${'A'.repeat(86)}`,
      `${header}.${payload}.${signature}=`,
      `${header}.${payload}.${signature}.x`,
      `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`,
      `${text}.${createHmac('sha256', JSON.stringify(publicJwk)).update(text).digest('base64url')}`,
      'a.b.c',
      '..',
      'x',
    ];
    for (const one of bad) await expectRefused(one, { client_id: id });
    expect((await fetchByAssertion(world, jwt)).status).toBe(200);
    expect((await fetchToken()).status).toBe(200);
  });

  /** Signs by hand: any header with a right signature. */
  async function signedBy({ id, privateKey }: Awaited<ReturnType<typeof signing>>, header: object) {
    const claims = {
      iss: id,
      sub: id,
      aud: issuer,
      exp: Math.floor(Date.now() / 1000) + 60,
      jti: randomUUID(),
    };
    const text = `${part({ ...header })}.${part(claims)}`;
    const bytes = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, Buffer.from(text));
    return `${text}.${Buffer.from(bytes).toString('base64url')}`;
  }

  test('takes none with an extension that must be understood (RFC 7515 4.1.11)', async () => {
    const client = await signing();
    await expectRefused(await signedBy(client, { alg: 'ES256', crit: ['b64'], b64: true }));
    expect((await fetchByAssertion(world, await signedBy(client, { alg: 'ES256' }))).status).toBe(200);
  });

  test.each(['HS256', 'none', 'RS256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'es256', ''])(
    'JW-1: takes none that says it was signed with %s, by a key for ES256',
    async (alg) => {
      await expectRefused(await signedBy(await signing(), { alg }));
    },
  );

  test('JW-1: an RSA key whose JWK names its algorithm signs with no other, nor under the name of another', async () => {
    const { id } = await makeService(world);
    const pss = await addKey(world, id, 'PS256', { alg: 'PS256' });
    const right = await assertionOf(id, pss.privateKey, { header: { alg: 'PS256' } });
    expect((await fetchByAssertion(world, right)).status).toBe(200);
    const key = createPrivateKey({ key: { ...(await exportJWK(pss.privateKey)) }, format: 'jwk' });
    for (const alg of ['RS256', 'PS256']) {
      const claims = { iss: id, sub: id, aud: issuer, exp: Math.floor(Date.now() / 1000) + 60, jti: alg };
      const text = `${part({ alg })}.${part(claims)}`;
      const byPkcs = sign('sha256', Buffer.from(text), key).toString('base64url');
      expect(await expectRefused(`${text}.${byPkcs}`)).toBe('wrong signature');
    }
  });

  test('VN-5 VN-6 attack 37: an account or a key that is over is refused with a right signature', async () => {
    const { id, credentialId, assertion } = await signing();
    await changeServiceAccount(world.deps, consoleContext(), {
      actorId: null,
      id,
      change: { networks: ['203.0.113.0/24'] },
    });
    expect(await expectRefused(await assertion())).toBe('outside the networks');
    await changeServiceAccount(world.deps, consoleContext(), {
      actorId: null,
      id,
      change: { networks: [], status: 'disabled' },
    });
    expect(await expectRefused(await assertion())).toBe('disabled');
    await changeServiceAccount(world.deps, consoleContext(), {
      actorId: null,
      id,
      change: { status: 'active' },
    });
    expect((await fetchByAssertion(world, await assertion())).status).toBe(200);
    await revokeCredential(world.deps, consoleContext(), { actorId: null, accountId: id, credentialId });
    expect(await expectRefused(await assertion())).toBe('revoked credential');
  });

  test('a public key is no secret, and a secret no key', async () => {
    const { id, publicJwk, secret } = await signing();
    const spki = await exportSPKI(createPublicKey({ key: { ...publicJwk }, format: 'jwk' }) as never);
    for (const client_secret of [
      JSON.stringify(publicJwk).slice(0, 250),
      spki.slice(27, 100).trim(),
      String(publicJwk.x),
    ]) {
      const fields = { grant_type: 'client_credentials', client_id: id, client_secret };
      const { status } = await postForm(world, '/oauth/token', fields);
      expect([400, 401]).toContain(status);
    }
    const text = `${part({ alg: 'HS256' })}.${part({ iss: id, sub: id, aud: issuer, exp: Math.floor(Date.now() / 1000) + 60, jti: 'x' })}`;
    await expectRefused(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`);
  });
});
