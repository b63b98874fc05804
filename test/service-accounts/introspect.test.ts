import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { changeServiceAccount } from '../../src/features/service-accounts/change-service-account.ts';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { codeOf, wait } from '../support/actor.ts';
import { eventsDuring, inWords } from '../support/audit.ts';
import { claimsOf, keyOf, signed } from '../support/forge.ts';
import {
  addKey,
  assertionOf,
  assertionType,
  basic,
  makeService,
  postForm,
  type Service,
} from '../support/services.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext, createWorld, issuer } from '../support/world.ts';

const world = useWorld();
let gateway: Service;
beforeAll(async () => {
  gateway = await makeService(world, { scopes: ['introspect'] });
});

const ask = (token: string, more: Record<string, string> = {}) =>
  postForm(world, '/oauth/introspect', {
    token,
    client_id: gateway.id,
    client_secret: gateway.secret,
    ...more,
  });

async function expectInactive(token: string, hint?: string) {
  const { status, body } = await ask(token, hint === undefined ? {} : { token_type_hint: hint });
  expect({ status, body }).toEqual({ status: 200, body: { active: false } });
}

describe('JW-9: a live token is answered with its claims', () => {
  test('a person’s access token', async () => {
    const ann = await world.user();
    const { bearer } = await ann.enrolTotp();
    const claims = decodeJwt(bearer);
    const { status, body, headers } = await ask(bearer);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(body).toEqual({
      active: true,
      token_type: 'Bearer',
      iss: issuer,
      sub: ann.id,
      aud: `${issuer}/areas/public`,
      client_id: 'sallyport',
      username: ann.username,
      scope: 'profile',
      exp: claims.exp,
      iat: claims.iat,
      nbf: claims.nbf,
      jti: claims.jti,
      area: 'public',
      acr: 'urn:sallyport:acr:2',
      amr: ['pwd', 'otp', 'mfa'],
      mfa: true,
      auth_time: claims.auth_time,
    });
    const before = (await ann.login()).body; // with a second factor there is only a challenge now
    expect(before.mfa_required).toBe(true);
  });

  test('one without a second step says so', async () => {
    const { body } = await ask((await (await world.user()).login()).body.access_token);
    expect(body).toMatchObject({ active: true, mfa: false, acr: 'urn:sallyport:acr:1', amr: ['pwd'] });
  });

  test('a service token', async () => {
    const service = await makeService(world);
    const token = await service.token();
    const { exp, iat, nbf, jti } = decodeJwt(token);
    expect((await ask(token)).body).toEqual({
      active: true,
      token_type: 'Bearer',
      iss: issuer,
      sub: service.id,
      aud: `${issuer}/areas/service`,
      client_id: service.id,
      username: service.name,
      scope: 'sync:read sync:write',
      ...{ exp, iat, nbf, jti },
      area: 'service',
      acr: 'urn:sallyport:acr:svc',
      mfa: false,
    });
    await changeServiceAccount(world.deps, consoleContext(), {
      actorId: null,
      id: service.id,
      change: { scopes: ['sync:write'] },
    });
    expect((await ask(token)).body.scope).toBe('sync:write');
  });

  test('a refresh token, which is no bearer token and is meant for nobody else', async () => {
    const ann = await world.user();
    const { refresh_token } = (await ann.login()).body;
    const { body } = await ask(refresh_token, { token_type_hint: 'access_token' });
    expect(body).toEqual({
      active: true,
      token_type: 'refresh_token',
      iss: issuer,
      sub: ann.id,
      aud: issuer,
      client_id: 'sallyport',
      username: ann.username,
      exp: expect.any(Number),
      area: 'public',
      acr: 'urn:sallyport:acr:1',
      amr: ['pwd'],
      mfa: false,
      auth_time: expect.any(Number),
    });
    const used = await world.call('POST', '/auth/refresh', { refresh_token });
    expect(used.status).toBe(200); // to be asked about is not to be used
    await expectInactive(refresh_token);
    expect((await ask(used.body.refresh_token)).body.active).toBe(true);
  });
});

describe('JW-9: nothing else is revealed:', () => {
  test.each(['x', 'a.b.c', '.', '..', ' ', '\u0000', 'é', 'x'.repeat(9_000), '{"a":1}', 'null'])(
    'junk %.20s',
    async (junk) => {
      await expectInactive(junk);
      await expectInactive(junk, 'refresh_token');
    },
  );

  test('expired, of a session that is over, of a user who is disabled', async () => {
    const ann = await world.user();
    const { access_token, refresh_token } = (await ann.login()).body;
    expect((await ask(access_token)).body.active).toBe(true);
    await world.call('POST', '/auth/logout', undefined, { bearer: access_token });
    await expectInactive(access_token);
    await expectInactive(refresh_token);

    const bob = await world.user();
    const bobs = (await bob.login()).body;
    await changeAccountStatus(world.deps, consoleContext(), bob.id, {
      status: 'disabled',
    });
    await expectInactive(bobs.access_token);
    await expectInactive(bobs.refresh_token);

    const eve = (await (await world.user()).login()).body;
    wait(901);
    await expectInactive(eve.access_token);
    expect((await ask(eve.refresh_token)).body.active).toBe(true);
    wait(12 * 3600);
    await expectInactive(eve.refresh_token);
  });

  test('of another issuer, another key, another type', async () => {
    const { access_token } = (await (await world.user()).login()).body;
    const key = await keyOf(world);
    const claims = claimsOf(access_token);
    expect((await ask(await signed(key, claims))).body.active).toBe(true);
    await expectInactive(await signed(key, { ...claims, iss: 'https://other.example' }));
    await expectInactive(await signed(key, claims, { typ: 'JWT' }));
    await expectInactive(await signed({ ...key, kid: 'x' }, claims));
    await expectInactive(access_token.slice(0, -4));
    const other = await createWorld();
    await expectInactive((await (await other.user()).login()).body.access_token);
    await other.close();
  });

  test('LG-2 temp tokens, proofs, enrolment tokens, codes and secrets', async () => {
    const ann = await world.user({ roles: ['vendor'] });
    const { secret, codes } = await ann.enrolTotp();
    const bearer = (await ann.login('vendor')).body.access_token;
    const { mfa_proof } = (
      await world.call('POST', '/auth/mfa/proof', { mfa_token: codeOf(secret) }, { bearer })
    ).body;
    expect(mfa_proof).toEqual(expect.any(String));
    const admin = await world.user({ roles: ['admin'] });
    const { enrollment_token } = (await admin.login('admin')).body;
    const { temp_token } = (await ann.login()).body;
    const { secret: clientSecret } = await makeService(world);
    for (const one of [mfa_proof, enrollment_token, temp_token, codes[0], secret, ann.password, clientSecret])
      await expectInactive(String(one));
  });
});

describe('JW-9: who may ask', () => {
  const token = async () => (await (await world.user()).login()).body.access_token as string;

  test('nobody without client authentication', async () => {
    const asked = await token();
    for (const answer of [
      await postForm(world, '/oauth/introspect', { token: asked }),
      await postForm(world, '/oauth/introspect', { token: asked, client_id: gateway.id }),
      await postForm(
        world,
        '/oauth/introspect',
        { token: asked },
        { headers: { authorization: `Bearer ${asked}` } },
      ),
      await ask(asked, { client_secret: 'wrong' }),
    ]) {
      expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
      expect(answer.headers).not.toHaveProperty('www-authenticate');
    }
  });

  test('no account without the scope introspect', async () => {
    const { id, secret } = await makeService(world);
    const answer = await ask(await token(), { client_id: id, client_secret: secret });
    expect(answer).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
  });

  test('one with it, by any way of authentication; and nothing is audited', async () => {
    const asked = await token();
    const { privateKey } = await addKey(world, gateway.id);
    const jwt = await assertionOf(gateway.id, privateKey, { claims: { aud: `${issuer}/oauth/introspect` } });
    const events = await eventsDuring(world, async () => {
      const byKey = { token: asked, client_assertion_type: assertionType, client_assertion: jwt };
      expect((await postForm(world, '/oauth/introspect', byKey)).body.active).toBe(true);
      const headers = basic(gateway.id, gateway.secret);
      expect((await postForm(world, '/oauth/introspect', { token: asked }, { headers })).body.active).toBe(
        true,
      );
    });
    expect(events.map(inWords)).toEqual([]);
  });

  test('HT-3: without a token there is nothing to ask', async () => {
    const { id: client_id, secret: client_secret } = gateway;
    expect(await postForm(world, '/oauth/introspect', { client_id, client_secret })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: expect.stringContaining('token') },
    });
  });
});
