import { calculateJwkThumbprint, createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { apiRoutes, openRoutes } from '../support/api-routes.ts';
import { guarding } from '../support/instance.ts';
import { useWorld } from '../support/use-world.ts';
import { issuer } from '../support/world.ts';

const world = useWorld();
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() }));
afterEach(() => void vi.useRealTimers());

/** What a service that trusts us does with a token: fetch the keys, verify, read. */
async function verified(token: string, area: string) {
  const { body } = await world.call('GET', '/.well-known/jwks.json');
  const options = {
    issuer,
    audience: `${issuer}/areas/${area}`,
    typ: 'at+jwt',
    algorithms: ['ES256'],
    requiredClaims: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'],
  };
  const { payload } = await jwtVerify(token, createLocalJWKSet(body), options);
  return payload;
}

describe('an access token', () => {
  test('JW-1, JW-4: is verified by the published keys, and says no more than it must', async () => {
    const ann = await world.user();
    const { access_token: token } = (await ann.login()).body;
    const { body: me } = await world.call('GET', '/auth/me', undefined, { bearer: token });
    const now = Math.floor(Date.now() / 1000);
    const claims = await verified(token, 'public');
    expect(claims).toEqual({
      iss: issuer,
      sub: ann.id,
      aud: `${issuer}/areas/public`,
      client_id: 'sallyport',
      iat: now,
      nbf: now,
      exp: now + 900,
      jti: expect.stringMatching(/^0\.[\w-]{22}$/),
      sid: me.session.id,
      scope: 'profile',
      roles: ['user'],
      auth_time: now,
      acr: 'urn:sallyport:acr:1',
      amr: ['pwd'],
      mfa: false,
    });
    const { body: jwks } = await world.call('GET', '/.well-known/jwks.json');
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: jwks.keys[0].kid });
  });

  test('JW-4: says honestly how the second step was done, and when', async () => {
    const ann = await world.user();
    const { secret, codes } = await ann.enrolTotp();
    const challenge = await ann.login();
    const passwordAt = Math.floor(Date.now() / 1000);
    wait(20);
    const { access_token: token } = (await ann.verify(challenge.body.temp_token, codeOf(secret))).body;
    expect(await verified(token, 'public')).toMatchObject({
      acr: 'urn:sallyport:acr:2',
      amr: ['pwd', 'otp', 'mfa'],
      mfa: true,
      mfa_time: passwordAt + 20,
      auth_time: passwordAt,
    });

    const second = await ann.login();
    const recovered = (await ann.verify(second.body.temp_token, codes[0] ?? '')).body.access_token;
    expect(await verified(recovered, 'public')).toMatchObject({
      acr: 'urn:sallyport:acr:2',
      amr: ['pwd', 'rc', 'mfa'],
      mfa: true,
    });
    const { body: me } = await world.call('GET', '/auth/me', undefined, { bearer: recovered });
    expect(me.session.recovered).toBe(true);
  });

  test.each([
    ['sms', { phone: '+15095550145' }, 'urn:sallyport:acr:2r', ['pwd', 'sms', 'mca', 'mfa']],
    ['email', { email: 'ann@other.example' }, 'urn:sallyport:acr:1plus', ['pwd', 'email', 'mca']],
  ] as const)('JW-4: ranks %s as what it is', async (method, setup, acr, amr) => {
    const ann = await world.user();
    await ann.enrolSent(method, setup);
    wait(60);
    const challenge = await ann.login();
    const { body } = await ann.verify(challenge.body.temp_token, ann.lastCode(method));
    expect(await verified(body.access_token, 'public')).toMatchObject({ acr, amr, mfa: true });
  });

  test('JW-8: holds no personal data and no secrets', async () => {
    const ann = await world.user({ roles: ['user', 'vendor'] });
    const enrolled = await ann.enrolSent('sms', { phone: '+15095550146' });
    const tokens = [enrolled.bearer, (await ann.login('vendor')).body.access_token];
    for (const token of tokens) {
      const text = Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString();
      expect(text).toContain(ann.id);
      for (const personal of [ann.username, ann.email, '5095550146', '192.0.2.1', ann.password, 'umbrella']) {
        expect(text).not.toContain(personal);
      }
    }
  });

  test('JW-4: is another each time', async () => {
    const ann = await world.user();
    const tokens = [];
    for (let i = 0; i < 5; i += 1) tokens.push((await ann.login()).body.access_token);
    const claims = await Promise.all(tokens.map((token) => verified(token, 'public')));
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(5);
    expect(new Set(claims.map(({ sid }) => sid)).size).toBe(5);
  });
});

describe('the published keys', () => {
  test('JW-5: are public members alone, each named by its thumbprint', async () => {
    const { body, headers } = await world.call('GET', '/.well-known/jwks.json');
    expect(body.keys.length).toBeGreaterThan(0);
    for (const jwk of body.keys) {
      expect(Object.keys(jwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
      expect(jwk).toMatchObject({ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256' });
      expect(jwk.kid).toBe(await calculateJwkThumbprint(jwk, 'sha256'));
    }
    expect(headers['cache-control']).toBe('public, max-age=300');
  });

  test('JW-5: have their private part sealed in the database', async () => {
    const rows = await world.deps.db.selectFrom('signingKeys').selectAll().execute();
    const text = JSON.stringify(rows);
    expect(text).not.toContain('PRIVATE');
    for (const { publicJwk } of rows) expect(publicJwk).not.toHaveProperty('d');
  });

  test('JW-11: are found by metadata that names the issuer and the levels, and no grant by password', async () => {
    const { body, status } = await world.call('GET', '/.well-known/oauth-authorization-server');
    expect(status).toBe(200);
    expect(body.issuer).toBe(issuer);
    expect(body.jwks_uri).toBe(`${issuer}/.well-known/jwks.json`);
    expect(body.acr_values_supported).toEqual([
      'urn:sallyport:acr:1',
      'urn:sallyport:acr:1plus',
      'urn:sallyport:acr:2r',
      'urn:sallyport:acr:2',
      'phr',
    ]);
    expect(body.grant_types_supported).not.toContain('password');
    expect(body.grant_types_supported).not.toContain('implicit');
    expect(body.response_types_supported).toEqual([]);
  });
});

describe('JW-7: WWW-Authenticate', () => {
  test('is Bearer without an error code where no credentials came, on every guarded route', async () => {
    const guarded = (await apiRoutes(world)).filter(({ name }) => !openRoutes.includes(name));
    expect(guarded.length).toBeGreaterThan(10);
    for (const { method, url, name } of guarded) {
      const { status, type, headers } = await world.call(method, url);
      expect({ name, status, type, says: headers['www-authenticate'] }).toEqual({
        name,
        status: 401,
        type: '/problems/authentication-required',
        says: ['Bearer'],
      });
    }
  });

  test('is on every 401, and names the error where a bad token came', async () => {
    const { call } = world;
    const ann = await world.user();
    const bearer = (await ann.login()).body.access_token;
    const change = { current_password: 'not that one', new_password: 'nine dry umbrellas' };
    const table = [
      [await call('GET', '/auth/me', undefined, { bearer: 'a.b.c' }), 'Bearer error="invalid_token"'],
      [await call('GET', '/admin/users', undefined, { bearer }), 'Bearer error="invalid_token"'],
      [await call('POST', '/auth/refresh', { refresh_token: 'x' }), 'Bearer error="invalid_token"'],
      [await call('POST', '/auth/login', { username: 'nobody', password: 'x' }), 'Bearer'],
      [await call('POST', '/auth/mfa/verify', { temp_token: 'x', mfa_token: '123456' }), 'Bearer'],
      [await call('POST', '/auth/mfa/challenge', { temp_token: 'x' }), 'Bearer'],
      [await call('POST', '/auth/password', change, { bearer }), 'Bearer'],
    ] as const;
    for (const [{ status, headers }, says] of table) {
      expect({ status, says: headers['www-authenticate'] }).toEqual({ status: 401, says: [says] });
    }
  });

  test('SE-4: names the missing scope on 403', async () => {
    const { call, close } = await guarding(world.deps, {
      '/orders': { area: 'public', scope: 'orders:read' },
      '/profile': { area: 'public', scope: 'profile' },
    });
    const ann = await world.user();
    const bearer = (await ann.login()).body.access_token;
    expect((await call('GET', '/profile', undefined, { bearer })).status).toBe(200);
    const refused = await call('GET', '/orders', undefined, { bearer });
    expect(refused).toMatchObject({
      status: 403,
      type: '/problems/insufficient-scope',
      body: { scope: 'orders:read' },
    });
    expect(refused.headers['www-authenticate']).toEqual([
      'Bearer error="insufficient_scope", scope="orders:read"',
    ]);
    await close();
  });
});
