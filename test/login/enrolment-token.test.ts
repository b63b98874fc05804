import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { apiRoutes, openRoutes } from '../support/api-routes.ts';
import { useWorld } from '../support/use-world.ts';
import { createWorld, goodPassword } from '../support/world.ts';

const world = useWorld();
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() }));
afterEach(() => void vi.useRealTimers());

const enrol = (bearer: string, more = {}) =>
  world.call('POST', '/auth/mfa/enroll', { method: 'totp', ...more }, { bearer });
const confirm = (bearer: string, token: string, more = {}) =>
  world.call('POST', '/auth/mfa/verify-enrollment', { token, ...more }, { bearer });
const me = (bearer: string) => world.call('GET', '/auth/me', undefined, { bearer });

/** An admin on the first day: a password, no factor. */
async function newAdmin() {
  const ada = await world.user({ roles: ['admin'] });
  const refused = await ada.login('admin');
  return { ada, refused, token: refused.body.enrollment_token as string };
}

describe('a login into admin without a factor', () => {
  test('RO-4: gives an enrolment token and nothing else', async () => {
    const { ada, refused, token } = await newAdmin();
    expect(refused).toMatchObject({
      status: 403,
      type: '/problems/mfa-enrollment-required',
      body: {
        expires_in: 600,
        methods: expect.arrayContaining(['totp', 'sms', 'email', 'webauthn']),
        grace_ended_at: null,
      },
    });
    for (const name of ['access_token', 'refresh_token', 'temp_token'])
      expect(refused.body).not.toHaveProperty(name);
    expect(decodeProtectedHeader(token).typ).toBe('mfa-enroll+jwt');
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({ sub: ada.id, scope: 'mfa:enroll' });
    expect(JSON.stringify(claims)).not.toContain(ada.username);
    expect(
      (await world.call('POST', '/auth/login', { ...ada, id: undefined, email: undefined })).status,
    ).toBe(200);
  });

  test('attack 7: of ten minutes, which nothing extends', async () => {
    const { token } = await newAdmin();
    const { iat, exp } = decodeJwt(token);
    expect(Number(exp) - Number(iat)).toBe(600);
    expect((await world.call('POST', '/auth/refresh', { refresh_token: token })).status).toBe(400);
    wait(599);
    const begun = await enrol(token);
    expect(begun.status).toBe(200);
    expect(JSON.stringify(begun.body)).not.toContain('_token"');
    wait(2);
    expect(await enrol(token)).toMatchObject({ status: 401, type: '/problems/invalid-token' });
    expect((await confirm(token, codeOf(begun.body.secret))).status).toBe(401);
  });

  test('attack 24: gives none to a user with a factor, nor does a wrong password', async () => {
    const ada = await world.user({ roles: ['admin'] });
    await ada.enrolTotp();
    expect((await ada.login('admin')).body).not.toHaveProperty('enrollment_token');
    const bob = await world.user({ roles: ['admin'] });
    const wrong = await bob.login('admin', { password: 'not this one at all' });
    expect(wrong).toMatchObject({ status: 401, type: '/problems/invalid-credentials' });
  });
});

describe('an enrolment token', () => {
  test('RO-4, LG-2: opens enrolling and confirming, and no other route of all', async () => {
    const { token } = await newAdmin();
    const enrolling = ['POST /auth/mfa/enroll', 'POST /auth/mfa/verify-enrollment'];
    const routes = (await apiRoutes(world)).filter(({ name }) => !openRoutes.includes(name));
    for (const name of enrolling) expect(routes.map((route) => route.name)).toContain(name);
    for (const { method, url, name } of routes) {
      const { status, type } = await world.call(method, url, undefined, { bearer: token });
      const expected = enrolling.includes(name)
        ? { status: 400, type: '/problems/invalid-request' } // let in, and then asked for a body
        : { status: 401, type: '/problems/invalid-token' };
      expect({ name, status, type }).toEqual({ name, ...expected });
    }
  });

  test('LG-1: with the first confirmed factor opens a session of the area admin, at the level of that factor', async () => {
    const { ada, token } = await newAdmin();
    const passwordAt = Math.floor(Date.now() / 1000);
    const { body: begun } = await enrol(token);
    wait(40);
    const done = await confirm(token, codeOf(begun.secret));
    expect(done).toMatchObject({
      status: 200,
      body: { success: true, area: 'admin', expires_in: 300, mfa_required: false },
    });
    expect(done.body.recovery_codes).toHaveLength(10);
    expect(decodeJwt(done.body.access_token)).toMatchObject({
      sub: ada.id,
      aud: expect.stringMatching(/\/areas\/admin$/),
      acr: 'urn:sallyport:acr:2',
      amr: ['pwd', 'otp', 'mfa'],
      mfa: true,
      mfa_time: passwordAt + 40,
      auth_time: passwordAt,
      scope: expect.stringContaining('users:write'),
    });
    expect((await me(done.body.access_token)).body).toMatchObject({ area: 'admin', user: { id: ada.id } });
  });

  test('attack 22: dies with the first confirmed factor, as does every other of that user', async () => {
    const { ada, token } = await newAdmin();
    const other = (await ada.login('admin')).body.enrollment_token;
    const { body: begun } = await enrol(token);
    const code = codeOf(begun.secret);
    expect((await confirm(token, code)).status).toBe(200);
    wait(30);
    for (const dead of [token, other]) {
      expect(await enrol(dead)).toMatchObject({ status: 401, type: '/problems/invalid-token' });
      expect((await confirm(dead, codeOf(begun.secret))).status).toBe(401);
    }
  });

  test('attack 22: that was opened with another login is dead once the owner has enrolled', async () => {
    const { ada, token: thiefs } = await newAdmin();
    const { body: planted } = await enrol(thiefs, { label: 'planted' });
    const { bearer } = await ada.enrolTotp();
    expect((await confirm(thiefs, codeOf(planted.secret))).status).toBe(401);
    expect((await enrol(thiefs)).status).toBe(401);
    const named = await confirm(bearer, codeOf(planted.secret), { factor_id: planted.factor_id });
    expect(named).toMatchObject({ status: 404, type: '/problems/not-found' });
  });

  test('attack 22: dies with a change of the password, and what it began with it', async () => {
    const { ada, token } = await newAdmin();
    const { body: begun } = await enrol(token);
    const bearer = (await ada.login()).body.access_token;
    const change = { current_password: goodPassword, new_password: 'nine dry umbrellas' };
    wait(1);
    expect((await world.call('POST', '/auth/password', change, { bearer })).status).toBe(204);
    expect(await enrol(token)).toMatchObject({ status: 401, type: '/problems/invalid-token' });
    expect((await confirm(token, codeOf(begun.secret))).status).toBe(401);
  });

  test("attack 22: confirms nobody else's factor", async () => {
    const { token } = await newAdmin();
    const bob = await newAdmin();
    const { body: bobs } = await enrol(bob.token);
    const crossed = await confirm(token, codeOf(bobs.secret), { factor_id: bobs.factor_id });
    expect(crossed).toMatchObject({ status: 404, type: '/problems/not-found' });
    expect((await confirm(token, codeOf(bobs.secret))).status).toBe(401);
    expect((await confirm(bob.token, codeOf(bobs.secret))).status).toBe(200);
  });

  test('attack 22: opens one session where twenty confirm at once', async () => {
    const { ada, token } = await newAdmin();
    const { body: begun } = await enrol(token);
    const code = codeOf(begun.secret);
    const answers = await Promise.all(Array.from({ length: 20 }, () => confirm(token, code)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    const factors = await world.deps.db
      .selectFrom('factors')
      .select(['method'])
      .where('userId', '=', ada.id)
      .orderBy('method')
      .execute();
    expect(factors).toEqual([{ method: 'recovery_code' }, { method: 'totp' }]);
    expect((await me(won[0]?.body.access_token)).status).toBe(200);
  });

  test('RL-1: gets three wrong codes like everybody', async () => {
    const { token } = await newAdmin();
    const { body: begun } = await enrol(token);
    for (const left of [2, 1, 0]) {
      const wrong = await confirm(token, wrongCodeOf(begun.secret));
      expect(wrong).toMatchObject({ status: 403, body: { attempts_remaining: left } });
    }
    expect((await confirm(token, codeOf(begun.secret))).status).toBe(429);
  });

  test('LG-7: enrols no method that does not count in the area that it is for', async () => {
    const strict = await createWorld({ preset: 'strict' });
    const ada = await strict.user({ roles: ['admin'] });
    const { body } = await ada.login('admin');
    expect(body.methods).toEqual(expect.arrayContaining(['totp', 'webauthn']));
    for (const weak of ['email', 'sms', 'recovery_code']) expect(body.methods).not.toContain(weak);
    const bearer = body.enrollment_token;
    const email = { method: 'email', email: 'ada@example.com' };
    for (const setup of [email, { method: 'sms', phone: '+15095550147' }, { method: 'recovery_code' }]) {
      const refused = await strict.call('POST', '/auth/mfa/enroll', setup, { bearer });
      expect(refused).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
      expect(refused.body.methods).toEqual(body.methods);
    }
    await strict.close();
  });
});
