import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Actor, wait } from '../support/actor.ts';
import { type FakeDuo, startFakeDuo } from '../support/fake-duo.ts';
import type { Outcome } from '../support/fake-duo-oidc.ts';
import { claimsOf, eventsOf } from '../support/second-factor.ts';
import { stateOf } from '../support/snapshot.ts';
import { createWorld, type World } from '../support/world.ts';

let duo: FakeDuo;
let world: World;
let close: () => Promise<void>;
beforeAll(async () => {
  duo = await startFakeDuo();
  const connected = duo.connect();
  close = connected.close;
  world = await createWorld({ carriers: { ...connected.methods, sendMail: async () => {} } });
});
afterAll(async () => {
  await world.close();
  await close();
  await duo.close();
});
afterEach(() => void vi.useRealTimers());

const enroll = (bearer: string) =>
  world.call('POST', '/auth/mfa/enroll', { method: 'duo_universal' }, { bearer });
const confirm = (bearer: string, response: object) =>
  world.call('POST', '/auth/mfa/verify-enrollment', { response }, { bearer });
const verify = (tempToken: string, response: object) =>
  world.call('POST', '/auth/mfa/verify', { temp_token: tempToken, response });

/** Somebody who has enrolled Duo. */
async function enrolled() {
  const ann = await world.user();
  const bearer: string = (await ann.login()).body.access_token;
  const { body } = await enroll(bearer);
  const { response } = await duo.visit(body.redirect_url);
  expect(await confirm(bearer, response)).toMatchObject({ status: 200, body: { success: true } });
  return ann;
}

/** A login that has been to Duo, where this happened. */
async function back(ann: Actor, outcome: Outcome = {}) {
  const { body } = await ann.login();
  expect(body).toMatchObject({
    mfa_method: 'duo_universal',
    challenge: { redirect_url: expect.any(String) },
  });
  const { response } = await duo.visit(body.challenge.redirect_url, outcome);
  return { temp: body.temp_token as string, response };
}

describe('duo_universal', () => {
  test('enrols and logs in, and the token says how', async () => {
    const ann = await enrolled();
    const { temp, response } = await back(ann);
    const { status, body } = await verify(temp, response);
    expect(status).toBe(200);
    expect(claimsOf(body.access_token)).toMatchObject({
      acr: 'urn:sallyport:acr:2',
      amr: ['pwd', 'otp', 'mfa'],
      mfa: true,
    });
  });

  test('while a report lasts nobody is sent to Duo, and no approval counts', async () => {
    const ann = await enrolled();
    const { temp, response } = await back(ann, { result: 'deny', reason: 'user_marked_fraud' });
    expect((await verify(temp, response)).status).toBe(403);
    const asked = duo.asked.length;
    const later = await ann.login();
    expect(later).toMatchObject({ status: 200, body: { sent: false, challenge: {} } });
    expect(later.body.retry_after).toBeGreaterThan(1700);
    const again = await world.call('POST', '/auth/mfa/challenge', { temp_token: later.body.temp_token });
    expect(again).toMatchObject({ status: 429, body: { reason: 'second_factor' } });
    expect(duo.asked.length).toBe(asked);
    wait(1801);
    const over = await back(ann);
    expect((await verify(over.temp, over.response)).status).toBe(200);
  });

  test('an approval that comes back while a report lasts opens nothing', async () => {
    const ann = await enrolled();
    const { temp, response } = await back(ann);
    const report = { reportedUntil: new Date(Date.now() + 1_800_000) };
    await world.database.db.updateTable('throttles').set(report).where('userId', '=', ann.id).execute();
    expect(await verify(temp, response)).toMatchObject({ status: 429, body: { reason: 'second_factor' } });
  });

  test('OB-11 asks Duo for nobody but the user, with state and nonce of 256 bits', async () => {
    const ann = await enrolled();
    await back(ann);
    const { duo_uname, state, nonce } = duo.asked.at(-1) ?? {};
    expect(duo_uname).toBe(ann.username);
    expect(String(state)).toMatch(/^[\w-]{43}$/);
    expect(String(nonce)).toMatch(/^[\w-]{43}$/);
    expect(state).not.toBe(nonce);
  });

  test.each([
    ['duo_push', 'user_approved', '1plus', ['pwd', 'push', 'mca']],
    ['verified_duo_push', 'user_approved', '2', ['pwd', 'push', 'mca', 'mfa']],
    ['duo_mobile_passcode', 'valid_passcode', '2', ['pwd', 'otp', 'mfa']],
    ['phone_call', 'user_approved', '2r', ['pwd', 'tel', 'mca', 'mfa']],
    ['webauthn_credential', 'user_approved', '2', ['pwd', 'hwk', 'mfa']],
  ])('OB-10 what Duo reports decides how strong it was: %s', async (factor, reason, acr, amr) => {
    const ann = await enrolled();
    const { temp, response } = await back(ann, { factor, reason });
    const { body } = await verify(temp, response);
    expect(claimsOf(body.access_token)).toMatchObject({ acr: `urn:sallyport:acr:${acr}`, amr });
  });

  test('OB-11 a callback works once', async () => {
    const ann = await enrolled();
    const { temp, response } = await back(ann);
    expect((await verify(temp, response)).status).toBe(200);
    expect((await verify(temp, response)).status).toBe(401);
    const { temp: later } = await back(ann);
    expect((await verify(later, response)).status).toBe(403);
  });

  test('OB-11 of eight at once with one callback one gets in', async () => {
    const ann = await enrolled();
    const { temp, response } = await back(ann);
    const answers = await Promise.all(Array.from({ length: 8 }, () => verify(temp, response)));
    const got = answers.filter(({ status }) => status === 200);
    expect(got).toHaveLength(1);
    for (const { status } of answers) expect([200, 401, 403]).toContain(status);
  });

  test('OB-11 attack 44 a callback of one user opens nothing for another, and costs the other nothing', async () => {
    const [ann, bob] = [await enrolled(), await enrolled()];
    const [hers, his] = [await back(ann), await back(bob)];
    expect((await verify(his.temp, hers.response)).status).toBe(403);
    const swapped = { ...his.response, duo_code: hers.response.duo_code };
    expect((await verify(his.temp, swapped)).status).toBe(403);
    expect((await verify(hers.temp, { ...hers.response, state: his.response.state })).status).toBe(403);
  });

  test('OB-11 a state of nobody asks Duo nothing and leaves the challenge as it was', async () => {
    const ann = await enrolled();
    const { temp, response } = await back(ann);
    const before = duo.requestCount();
    for (const state of ['x', `${response.state}x`, 'A'.repeat(43)])
      expect((await verify(temp, { ...response, state })).status).toBe(403);
    expect(duo.requestCount()).toBe(before);
    expect((await verify(temp, response)).status).toBe(200);
  });

  test('OB-11 a callback is over after five minutes', async () => {
    const ann = await enrolled();
    const { temp, response } = await back(ann);
    wait(301);
    expect((await verify(temp, response)).status).toBe(401);
  });

  test('an enrolment is confirmed by its own callback alone', async () => {
    const ann = await world.user();
    const bob = await world.user();
    const [hers, his]: string[] = [
      (await ann.login()).body.access_token,
      (await bob.login()).body.access_token,
    ];
    const mine = (await enroll(hers ?? '')).body;
    const other = (await enroll(his ?? '')).body;
    const { response } = await duo.visit(other.redirect_url);
    expect((await confirm(hers ?? '', response)).status).toBe(403);
    const own = await duo.visit(mine.redirect_url);
    expect((await confirm(hers ?? '', own.response)).status).toBe(200);
  });

  const without = (name: string) => (claims: Record<string, unknown>) => ({ ...claims, [name]: undefined });
  const tampered: readonly [string, Outcome][] = [
    ['another key', { key: 'k'.repeat(40) }],
    ['HS256', { alg: 'HS256' }],
    ['no signature', { alg: 'none' }],
    ['another issuer', { claims: (claims) => ({ ...claims, iss: 'https://example.com' }) }],
    ['another audience', { claims: (claims) => ({ ...claims, aud: 'DIOTHEROTHEROTHER000' }) }],
    ['a list of audiences', { claims: (claims) => ({ ...claims, aud: [claims.aud, 'x'] }) }],
    ['an end that is over', { claims: (claims) => ({ ...claims, exp: Number(claims.iat) - 120 }) }],
    ['no end', { claims: without('exp') }],
    ['no beginning', { claims: without('iat') }],
    ['another user', { claims: (claims) => ({ ...claims, preferred_username: 'bob' }) }],
    [
      'the user in capitals',
      {
        claims: (claims) => ({
          ...claims,
          preferred_username: String(claims.preferred_username).toUpperCase(),
        }),
      },
    ],
    ['no user', { claims: without('preferred_username') }],
    ['another nonce', { claims: (claims) => ({ ...claims, nonce: 'x'.repeat(43) }) }],
    ['no nonce', { claims: without('nonce') }],
    ['no result', { claims: without('auth_result') }],
    ['no context', { claims: without('auth_context') }],
    ['a no', { result: 'deny', reason: 'user_cancelled' }],
    ['a result nobody knows', { result: 'maybe' }],
    ['a factor nobody knows', { factor: 'telepathy' }],
    ['a factor called constructor', { factor: 'constructor' }],
    ['a reason nobody knows', { reason: 'because' }],
  ];
  test.each(tampered)('OB-11 attack 45 an id token with %s opens nothing', async (_, outcome) => {
    const ann = await enrolled();
    const { temp, response } = await back(ann, outcome);
    const refused = await verify(temp, response);
    expect(refused).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
    expect(refused.body).not.toHaveProperty('access_token');
    expect((await verify(temp, response)).status).toBe(403); // and the callback is over
  });

  test.each(['bypass_user', 'remembered_device', 'trusted_network', 'allow_unenrolled_user'])(
    'OB-9 attack 42 a yes without a factor (%s) is no second factor',
    async (reason) => {
      const ann = await enrolled();
      const { temp, response } = await back(ann, { factor: 'not_available', reason });
      expect(await verify(temp, response)).toMatchObject({
        status: 403,
        type: '/problems/method-not-allowed',
      });
      expect((await eventsOf(world, ann.id)).at(-1)).toMatchObject({
        type: 'mfa_failed',
        outcome: 'refused',
      });
    },
  );

  test('a prompt that ends in an error leaves the login where it was', async () => {
    const ann = await enrolled();
    const { body } = await ann.login();
    const { error } = await duo.visit(body.challenge.redirect_url, { error: 'access_denied' });
    expect(error).toBe('access_denied');
    const again = await world.call('POST', '/auth/mfa/challenge', { temp_token: body.temp_token });
    const { response } = await duo.visit(again.body.challenge.redirect_url);
    expect((await verify(body.temp_token, response)).status).toBe(200);
  });

  test.each([
    [{}],
    [{ state: 'x' }],
    [{ state: '', duo_code: 'x' }],
    [{ state: 'x', duo_code: 'y'.repeat(1025) }],
    [{ state: 1, duo_code: 'x' }],
    [{ state: 'x', duo_code: 'y', username: 'bob' }],
  ])('HT-3 %j is no response, and costs nothing', async (response) => {
    const ann = await enrolled();
    const { temp } = await back(ann);
    const before = await stateOf(world.database.db);
    expect(await verify(temp, response)).toMatchObject({ status: 400, type: '/problems/invalid-request' });
    expect(await stateOf(world.database.db)).toEqual(before);
  });
});
