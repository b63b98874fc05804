import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { setPolicy } from '../support/devices.ts';
import { claimsOf, keyOf, signed } from '../support/forge.ts';
import { guarding } from '../support/instance.ts';
import { useWorld } from '../support/use-world.ts';
import { createWorld, issuer } from '../support/world.ts';

const minute = 60;
const hour = 60 * minute;
const areas = ['admin', 'public', 'vendor', 'service'] as const;

const world = useWorld();
let guarded: Awaited<ReturnType<typeof guarding>>;
beforeAll(async () => {
  guarded = await guarding(world.deps, Object.fromEntries(areas.map((area) => [`/in/${area}`, { area }])));
});
afterAll(() => guarded.close());

const refresh = (token: string) => world.call('POST', '/auth/refresh', { refresh_token: token });
const me = (bearer: string) => world.call('GET', '/auth/me', undefined, { bearer });
const enter = (area: string, bearer: string) => guarded.call('GET', `/in/${area}`, undefined, { bearer });
const note = (bearer: string) => world.call('POST', '/auth/sessions/activity', undefined, { bearer });

/** Somebody whose roles open every area where people are, with an authenticator app. */
async function everywhere() {
  const ann = await world.user({ roles: ['admin', 'vendor', 'user'] });
  return { ann, secret: (await ann.enrolTotp()).secret };
}

async function loggedIn(area: string) {
  const { ann, secret } = await everywhere();
  const { body } = area === 'vendor' ? await ann.login(area) : await ann.loginWithTotp(secret, area);
  return { ann, secret, ...(body as { access_token: string; refresh_token: string }), body };
}

describe('each area', () => {
  test.each([
    ['admin', 5 * minute, 8 * hour],
    ['public', 15 * minute, 12 * hour],
    ['vendor', 30 * minute, null],
  ] as const)('SE-1, SE-2, SE-3: %s gives tokens of its own life', async (area, life, end) => {
    const { body } = await loggedIn(area);
    expect(body).toMatchObject({ area, expires_in: life, mfa_required: false });
    expect(body.refresh_expires_in).toBe(end ?? undefined);
    expect('refresh_token' in body).toBe(end !== null);
    const { aud, iat, exp } = decodeJwt(body.access_token);
    expect(aud).toBe(`${issuer}/areas/${area}`);
    expect(Number(exp) - Number(iat)).toBe(life);
  });

  test('SE-5: takes the tokens of its own and no other', async () => {
    const { ann, secret } = await everywhere();
    const tokens = {
      admin: (await ann.loginWithTotp(secret, 'admin')).body.access_token,
      public: (await ann.loginWithTotp(secret, 'public', 1)).body.access_token,
      vendor: (await ann.login('vendor')).body.access_token,
    };
    for (const [of, token] of Object.entries(tokens)) {
      for (const area of areas) {
        const { status, type } = await enter(area, token);
        const expected =
          area === of ? { status: 200, type: undefined } : { status: 401, type: '/problems/invalid-token' };
        expect({ of, area, status, type }).toEqual({ of, area, ...expected });
      }
    }
  });

  test('SE-5: takes no token that names it but belongs to a session of another', async () => {
    const { access_token: token } = await loggedIn('public');
    const forged = await signed(await keyOf(world), { ...claimsOf(token), aud: `${issuer}/areas/admin` });
    expect((await enter('admin', forged)).status).toBe(401);
    expect((await me(forged)).status).toBe(401);
  });

  test('SE-5: has account routes that are open from each where people are', async () => {
    for (const area of ['admin', 'public', 'vendor']) {
      const { access_token: token } = await loggedIn(area);
      expect((await me(token)).body).toMatchObject({ area });
    }
  });

  test('SE-4: gives the scopes of the roles that the user has there', async () => {
    const { ann, secret } = await everywhere();
    const scopeIn = async (area: string, steps: number) =>
      decodeJwt((await ann.loginWithTotp(secret, area, steps)).body.access_token).scope;
    expect(String(await scopeIn('admin', 0)).split(' ')).toEqual(
      expect.arrayContaining(['users:write', 'policy:write']),
    );
    expect(await scopeIn('public', 1)).toBe('profile');
    expect(decodeJwt((await ann.login('vendor')).body.access_token).scope).toBe('data:read');
    const auditor = await world.user({ roles: ['auditor'] });
    const enrolled = await auditor.enrolTotp();
    const { body } = await auditor.loginWithTotp(enrolled.secret, 'admin');
    expect(decodeJwt(body.access_token).scope).toBe(
      'users:read policy:read adoption:read sms:read audit:read services:read receivers:read',
    );
  });
});

describe('admin', () => {
  test('SE-1: refuses a token without the second step, and says what would do', async () => {
    const { access_token: token } = await loggedIn('admin');
    const claims = { ...claimsOf(token), acr: 'urn:sallyport:acr:1', amr: ['pwd'], mfa: false };
    const refused = await enter('admin', await signed(await keyOf(world), claims));
    expect(refused).toMatchObject({ status: 403, type: '/problems/mfa-token-required' });
    const [mfa, bearer] = refused.headers['www-authenticate'] as string[];
    expect(mfa).toBe('MFA');
    expect(bearer).toMatch(
      /^Bearer error="insufficient_user_authentication", acr_values="urn:sallyport:acr:1plus .*phr"/,
    );
  });

  test('SE-1: ends a session after 15 minutes without a person', async () => {
    const early = await loggedIn('admin');
    wait(15 * minute - 1);
    const fresh = await refresh(early.refresh_token);
    expect(fresh.status).toBe(200);
    wait(1);
    expect((await enter('admin', fresh.body.access_token)).status).toBe(401);
    expect((await me(fresh.body.access_token)).status).toBe(401);
    expect((await refresh(fresh.body.refresh_token)).status).toBe(401);
  });

  test('SE-1: takes neither refreshing nor asking for a sign of a person, where its policy says explicit', async () => {
    await setPolicy(world, 'admin', { activity: 'explicit' });
    const { access_token, refresh_token } = await loggedIn('admin');
    const tokens = { access: access_token, refresh: refresh_token };
    for (let passed = 0; passed < 14; passed += 2) {
      wait(2 * minute);
      const { body } = await refresh(tokens.refresh);
      Object.assign(tokens, { access: body.access_token, refresh: body.refresh_token });
      expect((await me(tokens.access)).status).toBe(200);
      expect((await world.call('GET', '/auth/sessions', undefined, { bearer: tokens.access })).status).toBe(
        200,
      );
    }
    wait(61);
    expect((await me(tokens.access)).status).toBe(401);
    expect((await refresh(tokens.refresh)).status).toBe(401);
    await setPolicy(world, 'admin', { activity: 'requests' });
  });

  test('SE-1: goes on where the client says that a person is there', async () => {
    const { access_token, refresh_token } = await loggedIn('admin');
    wait(4 * minute);
    expect((await note(access_token)).status).toBe(204);
    wait(15 * minute - 1);
    const { status, body } = await refresh(refresh_token);
    expect(status).toBe(200);
    wait(2);
    expect((await me(body.access_token)).status).toBe(401);
    expect((await note(body.access_token)).status).toBe(401);
  });

  test('SE-2: ends after 8 hours, however busy', async () => {
    const first = await loggedIn('admin');
    let tokens = first.body;
    for (let passed = 0; passed < 8 * hour - 10 * minute; passed += 10 * minute) {
      wait(10 * minute);
      tokens = (await refresh(tokens.refresh_token)).body;
      expect((await note(tokens.access_token)).status).toBe(204);
    }
    wait(10 * minute - 1);
    tokens = (await refresh(tokens.refresh_token)).body;
    expect(tokens).toMatchObject({ expires_in: 1, refresh_expires_in: 1 });
    expect((await enter('admin', tokens.access_token)).status).toBe(200);
    wait(1);
    expect((await enter('admin', tokens.access_token)).status).toBe(401);
    expect((await refresh(tokens.refresh_token)).status).toBe(401);
  });

  test('SE-2: is not prolonged by a step-up', async () => {
    const { ann, secret, access_token, body } = await loggedIn('admin');
    wait(4 * minute);
    const stepUp = await world.call('POST', '/auth/mfa/step-up', {}, { bearer: access_token });
    const raised = await ann.verify(stepUp.body.temp_token, codeOf(secret));
    expect(raised.body.refresh_expires_in).toBe(body.refresh_expires_in - 4 * minute);
  });
});

describe('public', () => {
  test('SE-2: ends a session after 60 minutes without a person', async () => {
    const early = await loggedIn('public');
    wait(hour - 1);
    const fresh = await refresh(early.refresh_token);
    wait(1);
    expect((await enter('public', fresh.body.access_token)).status).toBe(401);
    expect((await refresh(fresh.body.refresh_token)).status).toBe(401);
  });

  test('SE-2: ends after 12 hours, however busy', async () => {
    let tokens = (await loggedIn('public')).body;
    for (let passed = 0; passed < 11.5 * hour; passed += hour / 2) {
      wait(hour / 2);
      tokens = (await refresh(tokens.refresh_token)).body;
      expect((await note(tokens.access_token)).status).toBe(204);
    }
    wait(hour / 2 - 1);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    wait(1);
    expect((await refresh(tokens.refresh_token)).status).toBe(401);
  });
});

describe('vendor', () => {
  test('SE-3: gives 30 minutes and nothing to prolong them', async () => {
    const { access_token: token } = await loggedIn('vendor');
    wait(20 * minute);
    expect((await note(token)).status).toBe(204);
    wait(10 * minute - 1);
    expect((await enter('vendor', token)).status).toBe(200);
    wait(2);
    expect((await enter('vendor', token)).status).toBe(401);
  });

  test('SE-3: asks for no second step at login, and for one on the routes that want it', async () => {
    const { access_token: token } = await loggedIn('vendor');
    expect(decodeJwt(token)).toMatchObject({ mfa: false, acr: 'urn:sallyport:acr:1' });
    const refused = await world.call('GET', '/api/sensitive-data', undefined, { bearer: token });
    expect(refused).toMatchObject({ status: 403, type: '/problems/mfa-token-required' });
    expect(refused.headers['www-authenticate']).toEqual([
      'MFA',
      expect.stringMatching(/^Bearer error="insufficient_user_authentication", acr_values="[^"]+"/),
    ]);
  });
});

test('SE-1: in preset pci the public area ends after 15 minutes without a person too', async () => {
  const strict = await createWorld({ preset: 'pci' });
  const ann = await strict.user({ password: 'seven wet umbrellas 7' });
  const { refresh_token: token } = (await ann.login()).body;
  wait(15 * minute - 1);
  const fresh = await strict.call('POST', '/auth/refresh', { refresh_token: token });
  expect(fresh.status).toBe(200);
  wait(2);
  const late = await strict.call('GET', '/auth/me', undefined, { bearer: fresh.body.access_token });
  expect(late.status).toBe(401);
  await strict.close();
});
