import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { actions, codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { apiRoutes } from '../support/api-routes.ts';
import { anotherInstance, guarding } from '../support/instance.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
/** The same service after an operator has chosen the strict preset: e-mail and SMS no longer open admin. */
let strict: Awaited<ReturnType<typeof anotherInstance>>;
let guarded: Awaited<ReturnType<typeof guarding>>;
beforeAll(async () => {
  world = await createWorld();
  strict = await anotherInstance(world, { preset: 'strict' });
  guarded = await guarding(strict.deps, { '/in/admin': { area: 'admin' } });
});
afterAll(async () => {
  await guarded.close();
  await strict.close();
  await world.close();
});
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() }));
afterEach(() => void vi.useRealTimers());

/** Of this many operations each hands something out that opens something else. */
const tokenPaths = [
  'POST /auth/login',
  'POST /auth/passkey/verify', // of a passkey alone: see passkeys.test.ts
  'POST /auth/refresh',
  'POST /auth/mfa/verify',
  'POST /auth/mfa/proof',
  'POST /auth/mfa/verify-enrollment',
  'POST /oauth/token', // of programs: see test/service-accounts
];

describe('attack 32: every path to a token', () => {
  test('is known here', async () => {
    const minting = (await apiRoutes(world)).filter(({ operation }) => {
      const { 200: done } = operation.responses ?? {};
      return /access_token|mfa_proof/.test(JSON.stringify(done ?? {}));
    });
    expect(minting.map(({ name }) => name).sort()).toEqual([...tokenPaths].sort());
  });

  test('gives a user with a factor nothing for the password alone', async () => {
    const vic = await world.user({ roles: ['vendor'] });
    const before = (await vic.login()).body;
    const { secret, bearer } = await vic.enrolTotp();
    const { call } = world;
    const wrong = wrongCodeOf(secret);
    const low = (await vic.login('vendor')).body.access_token;
    expect(decodeJwt(low)).toMatchObject({ mfa: false, acr: 'urn:sallyport:acr:1', amr: ['pwd'] });

    const temp = (await vic.login()).body.temp_token;
    const stepUp = (await call('POST', '/auth/mfa/step-up', {}, { bearer: low })).body.temp_token;
    const answers = [
      await vic.login(),
      await vic.login('public', { mfa_token: wrong }),
      await call('POST', '/auth/refresh', { refresh_token: before.refresh_token }),
      await vic.verify(temp, wrong),
      await call('POST', '/auth/mfa/verify', { temp_token: temp }),
      await call('POST', '/auth/mfa/verify', { temp_token: temp, response: {} }),
      await call('POST', '/auth/mfa/step-up', {}, { bearer: low }),
      await call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer: low }),
      await call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer: before.access_token }),
      await call('POST', '/auth/mfa/verify-enrollment', { token: codeOf(secret) }, { bearer: low }),
      await call('POST', '/auth/mfa/proof', { mfa_token: wrong }, { bearer: low }),
      await vic.verify(stepUp, wrong),
    ];
    for (const { status, body } of answers) {
      expect(JSON.stringify({ status, body })).not.toMatch(/access_token|refresh_token|mfa_proof|"secret"/);
    }
    const { body } = await call('GET', '/auth/mfa/status', undefined, { bearer });
    expect(body.factors).toHaveLength(1);
  });
});

describe('LG-7: below the level that an area demands', () => {
  /** An admin who has e-mail alone as a second factor, as long as that counts. */
  async function admin() {
    const ada = await world.user({ roles: ['admin'] });
    const { bearer, codes } = await ada.enrolSent('email', { email: `${ada.username}@post.example` });
    wait(60);
    const temp = (await ada.login('admin')).body.temp_token as string;
    return { ada, adaStrict: actions({ ...world, call: strict.call }, ada), bearer, codes, temp };
  }

  async function inAdmin() {
    const { ada, temp, ...more } = await admin();
    const { body } = await ada.verify(temp, ada.lastCode('email'));
    expect(decodeJwt(body.access_token).acr).toBe('urn:sallyport:acr:1plus');
    return { ada, ...more, body };
  }

  test('a login is refused, and no code is sent', async () => {
    const { adaStrict } = await admin();
    const sent = world.mails.length;
    wait(60);
    const refused = await adaStrict.login('admin');
    expect(refused).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
    expect(JSON.stringify(refused.body)).not.toMatch(/temp_token|enrollment_token/);
    expect(world.mails).toHaveLength(sent);
  });

  test('a login that waits is not let in by the code that was sent to it', async () => {
    const { ada, adaStrict, temp } = await admin();
    expect(await adaStrict.verify(temp, ada.lastCode('email'))).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-invalid',
    });
  });

  test('a session that was opened before opens nothing there, and is not refreshed', async () => {
    const { body } = await inAdmin();
    const bearer = body.access_token;
    const refused = await guarded.call('GET', '/in/admin', undefined, { bearer });
    expect(refused).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-required',
      body: { acr_values: 'urn:sallyport:acr:2 phr' },
    });
    const refreshed = await strict.call('POST', '/auth/refresh', { refresh_token: body.refresh_token });
    expect(refreshed).toMatchObject({ status: 401, type: '/problems/invalid-token' });
  });

  test('a step-up offers nothing that would not reach it, and a proof is not given for it', async () => {
    const { ada, body } = await inAdmin();
    const bearer = body.access_token;
    wait(60);
    for (const choice of [{}, { method: 'email' }, { method: 'recovery_code' }]) {
      const stepUp = await strict.call('POST', '/auth/mfa/step-up', choice, { bearer });
      expect(stepUp).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
    }
    await world.call('POST', '/auth/mfa/step-up', {}, { bearer });
    const proof = await strict.call(
      'POST',
      '/auth/mfa/proof',
      { mfa_token: ada.lastCode('email') },
      { bearer },
    );
    expect(proof).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
  });

  test('a recovery code does not stand in for a factor that would not do; nor password and code at once', async () => {
    const { ada, adaStrict, codes } = await admin();
    wait(60);
    const sent = await ada.login('public');
    expect(sent.body.mfa_method).toBe('email');
    const mfaToken = { mfa_token: ada.lastCode('email') };
    expect((await adaStrict.login('admin', mfaToken)).status).toBe(401);
    expect((await adaStrict.login('admin', { mfa_token: codes[0] })).status).toBe(401);
    expect((await ada.login('admin', { mfa_token: codes[0] })).status).toBe(200);
  });
});

describe('attack 35: a body that names somebody else', () => {
  test('is refused where nobody is logged in, and has no such field where somebody is', async () => {
    const ann = await world.user();
    const victim = await world.user();
    const bearer = (await ann.login()).body.access_token;
    const names = ['user_id', 'userId', 'sub', 'username', 'id'];
    const posts = (await apiRoutes(world)).filter(
      ({ method, path }) => method === 'POST' && path.startsWith('/auth/mfa/'),
    );
    expect(posts.length).toBeGreaterThan(6);
    const needed = {
      temp_token: 'x',
      mfa_token: '123456',
      method: 'totp',
      token: '123456',
      password: victim.password,
    };
    for (const { url, name } of posts) {
      for (const field of names) {
        const body = { ...needed, [field]: victim.id };
        const anonymous = await world.call('POST', url, body);
        expect({ name, field, refused: [400, 401].includes(anonymous.status) }).toEqual({
          name,
          field,
          refused: true,
        });
        const { status, body: problem } = await world.call('POST', url, body, { bearer });
        const pointers = problem.errors?.map(({ pointer }: { pointer: string }) => pointer);
        expect({ name, status, pointers }).toMatchObject({ name, status: 400 });
        expect(pointers).toContain(`#/${field}`);
      }
    }
    const { body: status } = await world.call('GET', '/auth/mfa/status', undefined, {
      bearer: (await victim.login()).body.access_token,
    });
    expect(status.enabled).toBe(false);
  });
});
