import { describe, expect, test } from 'vitest';
import { codeOf, wrongCodeOf } from '../support/actor.ts';
import {
  eventTypesOf,
  freshPhone,
  otherThan,
  throttleOf,
  type Vendor,
  vendorWithTotp,
} from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

describe('X-MFA-Token', () => {
  const world = useWorld();

  const get = (url: string, bearer: string, headers: Record<string, string | string[]> = {}) =>
    world.call('GET', url, undefined, { bearer, headers });

  test('VN-1 lifts the request that it comes with, and no other', async () => {
    const vendor = await vendorWithTotp(world);
    const none = await vendor.sensitive();
    expect(none).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-required',
      body: { title: 'MFA token required', acr_values: expect.stringContaining('urn:sallyport:acr:2') },
    });
    expect(none.headers['www-authenticate']).toEqual([
      'MFA',
      expect.stringMatching(/^Bearer error="insufficient_user_authentication", acr_values="[^"]+"/),
    ]);
    expect(await vendor.sensitive(vendor.code())).toMatchObject({ status: 200, body: { data: 'sensitive' } });
    expect((await vendor.sensitive()).status).toBe(403);
    expect(await eventTypesOf(world, vendor.id)).toEqual(
      expect.arrayContaining(['authz_fail', 'mfa_passed']),
    );
  });

  test('VN-1 is not asked of a vendor without a factor', async () => {
    const vendor = await world.user({ roles: ['vendor'] });
    const { body } = await vendor.login('vendor');
    expect((await get('/api/sensitive-data', body.access_token)).status).toBe(200);
  });

  test('VN-1 is asked as soon as the vendor has a factor, of tokens from before too', async () => {
    const vendor = await world.user({ roles: ['vendor'] });
    const bearer = (await vendor.login('vendor')).body.access_token;
    expect((await get('/api/sensitive-data', bearer)).status).toBe(200);
    await vendor.enrolTotp(bearer);
    expect((await get('/api/sensitive-data', bearer)).status).toBe(403);
  });

  test('VN-2 a code works once; the refusal names the place where it becomes a proof', async () => {
    const vendor = await vendorWithTotp(world);
    const code = vendor.code();
    expect((await vendor.sensitive(code)).status).toBe(200);
    const again = await vendor.sensitive(code);
    expect(again).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-used',
      body: { proof_endpoint: '/auth/mfa/proof' },
    });
    const { mfa_proof: proof } = (
      await world.call(
        'POST',
        again.body.proof_endpoint,
        { mfa_token: vendor.code(1) },
        { bearer: vendor.bearer },
      )
    ).body;
    expect((await vendor.sensitive(proof)).status).toBe(200);
  });

  test('a wrong code is refused and counted', async () => {
    const vendor = await vendorWithTotp(world);
    for (const left of [2, 1, 0]) {
      expect(await vendor.sensitive(wrongCodeOf(vendor.secret))).toMatchObject({
        status: 403,
        type: '/problems/mfa-token-invalid',
        body: { detail: 'Invalid MFA token', attempts_remaining: left },
      });
    }
    expect((await vendor.sensitive(vendor.code())).status).toBe(429);
  });

  test('what is no code at all is refused and not counted', async () => {
    const vendor = await vendorWithTotp(world);
    for (const mfa of ['a.b.c', 'a.b', '.', vendor.bearer]) {
      expect(await vendor.sensitive(mfa)).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
    }
    for (const mfa of ['12345', 'abcdef', '1234567', '-']) {
      const answer = await vendor.sensitive(mfa);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: 'X-MFA-Token' }] } });
    }
    expect(await throttleOf(world, vendor.id)).toMatchObject({ paid: 0 });
  });

  describe('VN-4 is refused where two could read it differently, and nothing is spent:', () => {
    const ways: Record<string, (vendor: Vendor, code: string) => ReturnType<typeof get>> = {
      'in the URL': ({ bearer }, code) => get(`/api/sensitive-data?mfa_token=${code}`, bearer),
      'in the URL under the name of the header': ({ bearer }, code) =>
        get(`/api/sensitive-data?x-mfa-token=${code}`, bearer),
      'in the URL beside the header': ({ bearer }, code) =>
        get(`/api/sensitive-data?mfa_token=${code}`, bearer, { 'x-mfa-token': code }),
      'as two headers': ({ bearer }, code) =>
        get('/api/sensitive-data', bearer, { 'x-mfa-token': [code, otherThan(code)] }),
      'as the same header twice': ({ bearer }, code) =>
        get('/api/sensitive-data', bearer, { 'x-mfa-token': [code, code] }),
      'as a list': ({ bearer }, code) =>
        get('/api/sensitive-data', bearer, { 'x-mfa-token': `${code}, 000000` }),
      'as a list that ends': ({ bearer }, code) =>
        get('/api/sensitive-data', bearer, { 'x-mfa-token': `${code},` }),
      'beside two bearers': ({ bearer }, code) =>
        world.call('GET', '/api/sensitive-data', undefined, {
          mfa: code,
          headers: { authorization: [`Bearer ${bearer}`, `Bearer ${bearer}`] },
        }),
    };

    test.each(Object.keys(ways))('%s', async (name) => {
      const vendor = await vendorWithTotp(world);
      const code = vendor.code();
      const refused = await ways[name]?.(vendor, code);
      expect(refused).toMatchObject({ status: 400, type: '/problems/invalid-request' });
      expect(JSON.stringify(refused?.body)).not.toContain(code);
      expect(await throttleOf(world, vendor.id)).toMatchObject({ paid: 0 });
      expect((await vendor.sensitive(code)).status).toBe(200);
    });
  });

  test('VN-4 a bearer in the URL is refused', async () => {
    const vendor = await vendorWithTotp(world);
    const url = `/api/sensitive-data?access_token=${vendor.bearer}`;
    const refused = await world.call('GET', url, undefined, { mfa: vendor.code() });
    expect(refused.status).toBe(400);
    expect((await vendor.sensitive(vendor.code())).status).toBe(200);
  });

  test('is no bearer: without one nothing is looked at', async () => {
    const vendor = await vendorWithTotp(world);
    const mfa = vendor.code();
    const without = await world.call('GET', '/api/sensitive-data', undefined, { mfa });
    expect(without).toMatchObject({ status: 401, type: '/problems/authentication-required' });
    expect((await vendor.sensitive(mfa, vendor.bearer.slice(0, -4))).status).toBe(401);
    expect((await vendor.sensitive(mfa)).status).toBe(200);
  });

  test('lifts no request to another area, and is not spent there', async () => {
    const vendor = await vendorWithTotp(world);
    const mfa = vendor.code();
    const url = '/auth/forward?area=public&mfa=required';
    const refused = await world.call('GET', url, undefined, { bearer: vendor.bearer, mfa });
    expect(refused).toMatchObject({ status: 401, type: '/problems/invalid-token' });
    expect((await vendor.sensitive(mfa)).status).toBe(200);
  });

  test("of another user's factor is a wrong code", async () => {
    const vendor = await vendorWithTotp(world);
    const other = await vendorWithTotp(world);
    expect(await vendor.sensitive(other.code())).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-invalid',
    });
    expect((await other.sensitive(other.code())).status).toBe(200);
  });

  test('takes a code of any app that the vendor has', async () => {
    const vendor = await world.user({ roles: ['vendor'] });
    const first = await vendor.enrolTotp();
    const second = await vendor.enrolTotp(first.bearer);
    const bearer = (await vendor.login('vendor')).body.access_token;
    for (const { secret } of [second, first]) {
      const answer = await world.call('GET', '/api/sensitive-data', undefined, {
        bearer,
        mfa: codeOf(secret),
      });
      expect(answer.status).toBe(200);
    }
  });

  test('is not needed by a session that has passed the second step', async () => {
    const vendor = await world.user({ roles: ['vendor'] });
    const bearer = (await vendor.login('vendor')).body.access_token;
    const raised = await vendor.enrolSent('sms', { phone: freshPhone() }, bearer);
    expect((await get('/api/sensitive-data', raised.bearer)).status).toBe(200);
    expect((await get('/api/sensitive-data', bearer)).status).toBe(403);
  });
});
