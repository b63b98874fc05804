import { createPublicKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { insertSigningKey } from '../../src/features/tokens/signing-key-store.ts';
import { thumbprint } from '../../src/features/tokens/signing-keys.ts';
import { wait } from '../support/actor.ts';
import { claimsOf, hashed, type Key, keyOf, part, signed } from '../support/forge.ts';
import { anotherInstance } from '../support/instance.ts';
import { useWorld } from '../support/use-world.ts';
import { createWorld, issuer, type World } from '../support/world.ts';

const world = useWorld();
let key: Key;
let foreign: Awaited<ReturnType<typeof foreignKey>>;
beforeAll(async () => {
  key = await keyOf(world);
  foreign = await foreignKey();
});

/** What an attacker makes at home. */
async function foreignKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { privateKey, publicKey, jwk, kid: thumbprint({ ...jwk }) };
}

/** A live session's token, and what it says. */
async function honest() {
  const ann = await world.user();
  const token: string = (await ann.login()).body.access_token;
  const [header = '', payload = '', signature = ''] = token.split('.');
  return { ann, token, header, payload, signature, claims: claimsOf(token) };
}

const me = (bearer: string, how = {}) => world.call('GET', '/auth/me', undefined, { bearer, ...how });

async function expectRefused(token: string) {
  const { status, type, headers } = await me(token);
  expect({ token, status, type }).toEqual({ token, status: 401, type: '/problems/invalid-token' });
  expect(headers['www-authenticate']).toEqual(['Bearer error="invalid_token"']);
}

/** Not even in the shape of a bearer token: as if there was none, or as if it was a bad one. */
async function expectIgnored(token: string) {
  const answer = await me(token);
  expect(answer.status).toBe(401);
  expect(['/problems/authentication-required', '/problems/invalid-token']).toContain(answer.type);
}

test('JW-4: the same forge makes tokens that are taken, where it has our key and changes nothing', async () => {
  const { claims } = await honest();
  expect((await me(await signed(key, claims))).status).toBe(200);
});

describe('JW-1, attack 39: a token whose algorithm is not ours', () => {
  test.each(['none', 'None', 'NONE', 'nOnE', ''])('is refused: alg "%s"', async (alg) => {
    const { claims, signature } = await honest();
    const unsigned = `${part({ alg, typ: 'at+jwt', kid: key.kid })}.${part(claims)}`;
    await expectRefused(`${unsigned}.${signature}`);
    await expectIgnored(`${unsigned}.`);
    await expectIgnored(unsigned);
  });

  test('is refused: HS256 with the public key as the secret, in any form', async () => {
    const { claims } = await honest();
    const publicKey = createPublicKey(key.publicPem);
    const secrets = [
      key.publicPem,
      key.publicPem.trim(),
      publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(publicKey.export({ format: 'jwk' })),
      JSON.stringify(key.publicJwk),
      key.kid,
      '',
    ];
    for (const secret of secrets) {
      await expectRefused(hashed(secret, { alg: 'HS256', typ: 'at+jwt', kid: key.kid }, { ...claims }));
    }
  });

  test('is refused: RS256, ES384 and ES256K named over our own signature', async () => {
    const { payload, signature } = await honest();
    for (const alg of ['RS256', 'ES384', 'ES256K', 'EdDSA', 'es256']) {
      await expectRefused(`${part({ alg, typ: 'at+jwt', kid: key.kid })}.${payload}.${signature}`);
    }
  });
});

describe('attack 39: a token that was cut or altered', () => {
  test('is refused: without signature, or with part of one', async () => {
    const { header, payload, signature } = await honest();
    for (const less of [1, 2, 20, 43, 85])
      await expectRefused(`${header}.${payload}.${signature.slice(0, -less)}`);
    await expectRefused(`${header}.${payload}.${signature}${signature}`);
    for (const cut of [`${header}.${payload}.`, `${header}.${payload}`, header, `.${payload}.${signature}`]) {
      await expectIgnored(cut);
    }
  });

  test('is refused: with another payload, header or signature', async () => {
    const { header, payload, signature, claims } = await honest();
    await expectRefused(`${header}.${part({ ...claims, roles: ['admin'] })}.${signature}`);
    await expectRefused(
      `${part({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, x: 1 })}.${payload}.${signature}`,
    );
    for (const at of [0, 42, 84]) {
      const other = signature[at] === 'A' ? 'B' : 'A';
      await expectRefused(`${header}.${payload}.${signature.slice(0, at)}${other}${signature.slice(at + 1)}`);
    }
    await expectRefused(`${header}.${payload}.${'A'.repeat(86)}`); // r = s = 0
  });
});

describe('JW-2, attack 39: a token of somebody else’s key', () => {
  test('is refused: under our kid, under its own, under none, under an odd one', async () => {
    const { claims } = await honest();
    await expectRefused(await signed({ ...foreign, kid: key.kid }, claims));
    const odd = [foreign.kid, '', '../../etc/passwd', "' or 1=1 --", '__proto__', 'constructor'];
    for (const kid of odd) {
      await expectRefused(await signed({ ...foreign, kid }, claims));
      await expectRefused(await signed({ ...key, kid }, claims));
    }
    for (const kid of [undefined, null, 7, [key.kid], { kid: key.kid }]) {
      await expectRefused(await signed(foreign, claims, { kid }));
      await expectRefused(await signed(key, claims, { kid }));
    }
  });

  test('is refused: with the key in the header, and nothing is fetched from where the header points', async () => {
    const { claims } = await honest();
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ keys: [{ ...foreign.jwk, kid: foreign.kid, alg: 'ES256', use: 'sig' }] }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // listening on TCP
    const url = `http://127.0.0.1:${port}/jwks.json`;
    const der = createPublicKey(key.publicPem).export({ type: 'spki', format: 'der' }).toString('base64');
    const jwk = { ...foreign.jwk, kid: foreign.kid };
    for (const kid of [foreign.kid, key.kid]) {
      for (const header of [
        { jwk },
        { jku: url },
        { x5u: url },
        { x5c: [der] },
        { jwk, jku: url, x5u: url },
      ]) {
        await expectRefused(await signed({ ...foreign, kid }, claims, header));
      }
    }
    expect(asked).toEqual([]);
    await new Promise((resolve) => server.close(resolve));
  });

  test('is refused: with a key that was put into the database by somebody without the vault key', async () => {
    const fresh = await createWorld();
    const publicJwk = { ...foreign.jwk, kid: foreign.kid, use: 'sig', alg: 'ES256' };
    const { privateSealed } = await fresh.deps.db
      .selectFrom('signingKeys')
      .select('privateSealed')
      .executeTakeFirstOrThrow();
    const now = new Date();
    const times = { createdAt: now, signsFrom: now };
    await insertSigningKey(fresh.deps.db, { kid: foreign.kid, publicJwk, privateSealed, ...times });
    await expect(anotherInstance(fresh)).rejects.toThrow();

    await fresh.deps.db.deleteFrom('signingKeys').where('kid', '=', foreign.kid).execute();
    await (await anotherInstance(fresh)).close();
    await fresh.deps.db
      .updateTable('signingKeys')
      .set({ publicJwk: JSON.stringify(publicJwk) })
      .execute();
    await expect(anotherInstance(fresh)).rejects.toThrow('not the one that was made');
    await fresh.close();
  });

  test('JW-6, attack 39: of a key that was taken out of the set is refused; of an older one in it is taken', async () => {
    const old = await createWorld();
    const ann = await old.user();
    const token: string = (await ann.login()).body.access_token;
    const oldKey = await keyOf(old);
    const made = await createWorld();
    const newKey = await keyOf(made);
    const privateSealed = old.deps.vault.encrypt(newKey.privatePem, {
      table: 'signing_keys',
      row: newKey.kid,
      column: 'private_sealed',
    });
    const { kid, publicJwk } = newKey;
    await insertSigningKey(old.deps.db, {
      kid,
      publicJwk,
      privateSealed,
      createdAt: new Date(Date.now() + 1),
      signsFrom: new Date(Date.now() + 1),
    });

    const both = await anotherInstance(old);
    const get = (call: World['call'], bearer: string) => call('GET', '/auth/me', undefined, { bearer });
    expect((await get(both.call, token)).status).toBe(200);
    const { body } = await both.call('GET', '/.well-known/jwks.json');
    expect(body.keys.map((one: { kid: string }) => one.kid)).toEqual([newKey.kid, oldKey.kid]);

    await old.deps.db.deleteFrom('signingKeys').where('kid', '=', oldKey.kid).execute();
    const rotated = await anotherInstance(old);
    expect((await get(rotated.call, token)).status).toBe(401);
    expect((await get(rotated.call, await signed(newKey, claimsOf(token)))).status).toBe(200);
    for (const one of [both, rotated, made]) await one.close();
    await old.close();
  });
});

describe('JW-4: a token of our own key that says something else', () => {
  const without = (claims: JWTPayload, name: string) =>
    Object.fromEntries(Object.entries(claims).filter(([one]) => one !== name));

  test.each(['iss', 'sub', 'aud', 'client_id', 'iat', 'exp', 'jti', 'sid', 'acr', 'scope'])(
    'is refused: without %s',
    async (name) => {
      const { claims } = await honest();
      await expectRefused(await signed(key, without(claims, name)));
    },
  );

  test('is refused: of another issuer, however similar', async () => {
    const { claims } = await honest();
    const others = [`${issuer}/`, issuer.toUpperCase(), `${issuer}.evil.example`, 'https://evil.example', ''];
    for (const iss of others) await expectRefused(await signed(key, { ...claims, iss }));
  });

  test('is refused: for another audience', async () => {
    const { claims } = await honest();
    const others = [
      issuer,
      `${issuer}/areas/`,
      `${issuer}/areas/nowhere`,
      `${issuer}/areas/admin`,
      `${issuer}/areas/public/`,
      [`${issuer}/areas/public`, `${issuer}/areas/admin`],
      'https://other.example/areas/public',
    ];
    for (const aud of others) await expectRefused(await signed(key, { ...claims, aud }));
  });

  test.each(['JWT', 'mfa-proof+jwt', 'mfa-enroll+jwt', 'at', 'jwt', undefined])(
    'JW-4: is refused: of typ %s',
    async (typ) => {
      const { claims } = await honest();
      await expectRefused(await signed(key, claims, { typ }));
    },
  );

  test("is refused: on somebody else's session, on none, of another generation", async () => {
    const { claims } = await honest();
    const other = await honest();
    await expectRefused(await signed(key, { ...claims, sid: other.claims.sid }));
    await expectRefused(await signed(key, { ...claims, sub: String(other.claims.sub) }));
    await expectRefused(await signed(key, { ...claims, sid: '00000000-0000-4000-8000-000000000000' }));
    for (const jti of ['1.x', '-1.x', 'x', '']) await expectRefused(await signed(key, { ...claims, jti }));
  });

  test('JW-3: is refused: expired, or not valid yet', async () => {
    const { claims } = await honest();
    const now = Math.floor(Date.now() / 1000);
    await expectRefused(await signed(key, { ...claims, exp: now - 31 }));
    await expectRefused(await signed(key, { ...claims, nbf: now + 60 }));
    await expectRefused(await signed(key, { ...claims, iat: now - 7200, nbf: now - 7200, exp: now - 3600 }));
  });
});

test('JW-3: a token ends when it says, on the service’s clock', async () => {
  const ann = await world.user();
  const { access_token: token, expires_in: life } = (await ann.login()).body;
  expect(life).toBe(900);
  wait(899);
  expect((await me(token)).status).toBe(200);
  wait(2);
  await expectRefused(token);
});

describe('attack 34: a good token by another way than the Authorization header', () => {
  test('is refused, or makes no difference', async () => {
    const { token } = await honest();
    const { call } = world;
    const get = (headers: Record<string, string>, url = '/auth/me') =>
      call('GET', url, undefined, { headers });
    const basic = Buffer.from(`${token}:`).toString('base64');
    const user = Buffer.from(`user:${token}`).toString('base64');
    for (const authorization of [
      `Basic ${basic}`,
      `Basic ${user}`,
      `Token ${token}`,
      `DPoP ${token}`,
      token,
    ]) {
      const answer = await get({ authorization });
      expect(answer).toMatchObject({ status: 401, type: '/problems/authentication-required' });
    }
    for (const cookie of [`access_token=${token}`, `token=${token}`, `session=${token}`]) {
      expect((await get({ cookie })).status).toBe(401);
    }
    for (const name of ['x-access-token', 'x-auth-token', 'x-mfa-token', 'proxy-authorization']) {
      expect((await get({ [name]: token })).status).toBe(401);
    }
    const inUrl = await get({}, `/auth/me?access_token=${token}`);
    expect(inUrl).toMatchObject({ status: 400, type: '/problems/invalid-request' });
    const beside = await get({ authorization: `Bearer ${token}` }, `/auth/me?access_token=${token}`);
    expect(beside.status).toBe(400);
    const inBody = await call('POST', '/auth/logout', { access_token: token });
    expect(inBody.status).toBe(401);
    expect((await me(token)).status).toBe(200);
  });
});
