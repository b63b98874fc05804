import { describe, expect, test } from 'vitest';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import {
  claimsOf,
  eventsOf,
  eventTypesOf,
  freshPhone,
  throttleOf,
  vendorWithTotp,
} from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

const seconds = () => Math.floor(Date.now() / 1000);

describe('a step-up', () => {
  const world = useWorld();

  const stepUp = (bearer: string, choice: Record<string, unknown> = {}) =>
    world.call('POST', '/auth/mfa/step-up', choice, { bearer });
  const me = (bearer: string) => world.call('GET', '/auth/me', undefined, { bearer });
  const refresh = (refreshToken: string) =>
    world.call('POST', '/auth/refresh', { refresh_token: refreshToken });

  async function signedIn() {
    const ann = await world.user();
    const { secret, codes } = await ann.enrolTotp();
    wait(60);
    const { body } = await ann.loginWithTotp(secret);
    return {
      ...ann,
      secret,
      codes,
      bearer: body.access_token as string,
      refreshToken: body.refresh_token as string,
    };
  }

  test('SE-12 gives fresh tokens of the same session, which ends when it would have ended', async () => {
    const ann = await signedIn();
    const before = claimsOf(ann.bearer);
    wait(600);
    const begun = await stepUp(ann.bearer);
    expect(begun.body).toMatchObject({
      mfa_required: true,
      mfa_method: 'totp',
      temp_token: expect.any(String),
    });
    expect(begun.body).not.toHaveProperty('access_token');
    const { status, body } = await ann.verify(begun.body.temp_token, codeOf(ann.secret));
    expect(status).toBe(200);
    const after = claimsOf(body.access_token);
    expect(after).toMatchObject({
      sid: before.sid,
      auth_time: before.auth_time,
      mfa_time: seconds(),
      iat: seconds(),
    });
    expect(before.mfa_time).toBe(seconds() - 600);
    expect(body.refresh_expires_in).toBe(12 * 3600 - 600);
    expect(await eventTypesOf(world, ann.id)).toEqual(
      expect.arrayContaining(['mfa_challenge', 'mfa_passed']),
    );
  });

  test('SE-9 kills the access token and the refresh token from before', async () => {
    const ann = await signedIn();
    const begun = await stepUp(ann.bearer);
    expect((await me(ann.bearer)).status).toBe(200); // not before it is passed
    const { body } = await ann.verify(begun.body.temp_token, codeOf(ann.secret, 1));
    expect(await me(ann.bearer)).toMatchObject({ status: 401, type: '/problems/invalid-token' });
    expect((await refresh(ann.refreshToken)).status).toBe(401);
    expect((await me(body.access_token)).status).toBe(200);
    const refreshed = await refresh(body.refresh_token);
    expect(refreshed.status).toBe(200);
    expect((await me(refreshed.body.access_token)).status).toBe(200);
  });

  test('SE-11 no refresh renews what it raised', async () => {
    const ann = await signedIn();
    const begun = await stepUp(ann.bearer);
    const { body } = await ann.verify(begun.body.temp_token, codeOf(ann.secret, 1));
    wait(400);
    const refreshed = await refresh(body.refresh_token);
    const [before, after] = [claimsOf(body.access_token), claimsOf(refreshed.body.access_token)];
    for (const claim of ['auth_time', 'mfa_time', 'acr', 'sid']) expect(after[claim]).toEqual(before[claim]);
  });

  test('raises a vendor session, which has no refresh token, and keeps its end', async () => {
    const vendor = await vendorWithTotp(world);
    expect((await vendor.sensitive()).status).toBe(403);
    wait(600);
    const begun = await stepUp(vendor.bearer);
    const { body } = await vendor.verify(begun.body.temp_token, vendor.code());
    expect(body).not.toHaveProperty('refresh_token');
    expect(body.expires_in).toBe(20 * 60);
    expect((await vendor.sensitive(undefined, body.access_token)).status).toBe(200);
    expect((await vendor.sensitive(undefined, vendor.bearer)).status).toBe(401);
  });

  test('LC-1 makes a stale session fit to change factors', async () => {
    const ann = await signedIn();
    wait(301);
    const enrol = (bearer: string) => world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    expect((await enrol(ann.bearer)).status).toBe(403);
    const begun = await stepUp(ann.bearer);
    const { body } = await ann.verify(begun.body.temp_token, codeOf(ann.secret));
    expect((await enrol(body.access_token)).status).toBe(200);
  });

  test('cannot lower a session: a weaker factor is neither offered nor taken', async () => {
    const ann = await signedIn();
    const { begun: enrolled, bearer } = await ann.enrolSent('sms', { phone: freshPhone() }, ann.bearer);
    wait(60);
    for (const choice of [{ method: 'sms' }, { factor_id: enrolled.body.factor_id }]) {
      expect((await stepUp(bearer, choice)).status).toBe(404);
    }
    const begun = await stepUp(bearer);
    const offered = begun.body.methods.map(({ method }: { method: string }) => method);
    expect(offered.sort()).toEqual(['recovery_code', 'totp']);
    const { temp_token: tempToken } = begun.body;
    const switched = await world.call('POST', '/auth/mfa/challenge', {
      temp_token: tempToken,
      method: 'sms',
    });
    expect(switched.status).toBe(404);
    expect((await ann.verify(tempToken, codeOf(ann.secret, 1))).status).toBe(200);
  });

  test('raises a session from a weaker factor to a stronger one', async () => {
    const ann = await world.user();
    const { bearer: bySms } = await ann.enrolSent('sms', { phone: freshPhone() });
    const { secret } = await ann.enrolTotp(bySms);
    wait(60);
    const login = await ann.login();
    const { body } = await ann.verify(login.body.temp_token, ann.lastCode('sms'));
    expect(claimsOf(body.access_token).acr).toBe('urn:sallyport:acr:2r');
    const begun = await stepUp(body.access_token, { method: 'totp' });
    const raised = await ann.verify(begun.body.temp_token, codeOf(secret));
    expect(claimsOf(raised.body.access_token)).toMatchObject({
      acr: 'urn:sallyport:acr:2',
      amr: ['pwd', 'otp', 'mfa'],
      sid: claimsOf(body.access_token).sid,
    });
  });

  test('begun anew ends the one before', async () => {
    const ann = await signedIn();
    const first = await stepUp(ann.bearer);
    const second = await stepUp(ann.bearer);
    const refused = await ann.verify(first.body.temp_token, codeOf(ann.secret, 1));
    expect(refused).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
    expect((await ann.verify(second.body.temp_token, codeOf(ann.secret, 1))).status).toBe(200);
  });

  test('begun anew leaves logins and other sessions of the same user alone', async () => {
    const ann = await signedIn();
    const waiting = (await ann.login()).body.temp_token;
    wait(60);
    const other = (await ann.loginWithTotp(ann.secret)).body.access_token;
    const theirs = await stepUp(other);
    await stepUp(ann.bearer);
    await stepUp(ann.bearer);
    expect((await ann.verify(theirs.body.temp_token, codeOf(ann.secret, 1))).status).toBe(200);
    wait(60);
    expect((await ann.verify(waiting, codeOf(ann.secret))).status).toBe(200);
  });

  test('opens nothing once its session has ended', async () => {
    const ann = await signedIn();
    const begun = await stepUp(ann.bearer);
    await world.call('POST', '/auth/logout', undefined, { bearer: ann.bearer });
    const refused = await ann.verify(begun.body.temp_token, codeOf(ann.secret, 1));
    expect(refused).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
    const resent = await world.call('POST', '/auth/mfa/challenge', { temp_token: begun.body.temp_token });
    expect(resent.status).toBe(401);
    expect((await ann.loginWithTotp(ann.secret, 'public', 1)).status).toBe(200); // the code was not spent
  });

  test('runs out after five minutes', async () => {
    const ann = await signedIn();
    const begun = await stepUp(ann.bearer);
    wait(301);
    expect((await ann.verify(begun.body.temp_token, codeOf(ann.secret))).status).toBe(401);
  });

  test('RL-1 counts wrong codes with all others, and leaves the session as it was', async () => {
    const ann = await signedIn();
    const begun = await stepUp(ann.bearer);
    for (const left of [2, 1, 0]) {
      const refused = await ann.verify(begun.body.temp_token, wrongCodeOf(ann.secret));
      expect(refused).toMatchObject({ status: 403, body: { attempts_remaining: left } });
    }
    expect((await ann.loginWithTotp(ann.secret, 'public', 1)).status).toBe(429);
    expect((await me(ann.bearer)).status).toBe(200);
  });

  test('asks who has no factor to enrol one', async () => {
    const ann = await world.user();
    const refused = await stepUp((await ann.login()).body.access_token);
    expect(refused).toMatchObject({
      status: 403,
      type: '/problems/mfa-enrollment-required',
      body: { methods: expect.arrayContaining(['totp', 'sms', 'email', 'webauthn']) },
    });
    expect(refused.body).not.toHaveProperty('enrollment_token');
  });

  test('is for a session: neither without a bearer nor with a temp token', async () => {
    const ann = await signedIn();
    expect((await world.call('POST', '/auth/mfa/step-up', {})).status).toBe(401);
    expect((await stepUp((await ann.login()).body.temp_token)).status).toBe(401);
  });

  test("attack 23 a temp token of a login does not raise somebody's session", async () => {
    const vendor = await vendorWithTotp(world);
    const login = await vendor.login('public');
    const opened = await vendor.verify(login.body.temp_token, vendor.code());
    expect(claimsOf(opened.body.access_token).sid).not.toBe(claimsOf(vendor.bearer).sid);
    expect((await vendor.sensitive()).status).toBe(403);
  });

  test('is over once a code beside the access token has answered it, and says so at no cost', async () => {
    const vendor = await vendorWithTotp(world);
    const begun = await stepUp(vendor.bearer);
    expect((await vendor.sensitive(vendor.code())).status).toBe(200);
    wait(30);
    const late = await vendor.verify(begun.body.temp_token, vendor.code());
    expect(late).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
    expect(await throttleOf(world, vendor.id)).toMatchObject({ paid: 0, failed: 0, inARow: 0 });
    expect(await eventTypesOf(world, vendor.id)).not.toContain('otp_replayed');
    expect((await eventsOf(world, vendor.id)).at(-1)).toMatchObject({
      type: 'mfa_failed',
      outcome: 'refused',
      detail: { at: 'step_up', reason: 'challenge over' },
    });
    expect((await vendor.sensitive(vendor.code())).status).toBe(200); // the code was not used up
  });
});
