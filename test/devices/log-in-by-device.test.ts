import { afterEach, describe, expect, test, vi } from 'vitest';
import { presets } from '../../src/domain/policy/policy.ts';
import { codeOf, wait } from '../support/actor.ts';
import { day, devicesOf, setPolicy, withDevice } from '../support/devices.ts';
import { claimsOf, eventsOf, mailsTo, throttleOf } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
afterEach(async () => {
  const { trustedDeviceSeconds, mfa } = presets.standard.vendor;
  await setPolicy(world, 'vendor', { trustedDeviceSeconds, mfa });
  vi.useRealTimers();
});

const asked = { status: 200, body: { mfa_required: true, mfa_method: 'totp' } };

describe('a login from a trusted device', () => {
  test('skips the second step, and says what it is: a password', async () => {
    const { loginWithDevice, id, body } = await withDevice(world);
    wait(day);
    const { status, body: tokens } = await loginWithDevice();
    expect(status).toBe(200);
    expect(tokens).toMatchObject({
      mfa_required: false,
      area: 'public',
      trusted_device: expect.stringMatching(/^[\w-]{43}$/),
      trusted_device_expires_in: 29 * day,
    });
    expect(tokens.trusted_device).not.toBe(body.trusted_device);
    const claims = claimsOf(tokens.access_token);
    expect(claims).toMatchObject({
      acr: 'urn:sallyport:acr:1',
      amr: ['pwd'],
      mfa: false,
      mfa_waived: 'trusted_device',
      auth_time: Math.floor(Date.now() / 1000),
    });
    expect(claims).not.toHaveProperty('mfa_time');
    const events = await eventsOf(world, id);
    expect(
      events
        .slice(-2)
        .map(({ type }) => type)
        .sort(),
    ).toEqual(['authn_login_success', 'mfa_waived']);
    expect(events.find(({ type }) => type === 'mfa_waived')).toMatchObject({
      type: 'mfa_waived',
      outcome: 'success',
      area: 'public',
      sessionId: claims.sid,
      detail: { waived: 'trusted_device', device: expect.any(String) },
    });
  });

  test('counts as no second step where one is asked', async () => {
    const { loginWithDevice, factorId } = await withDevice(world);
    const { access_token: bearer, refresh_token } = (await loginWithDevice()).body;
    const how = { bearer };
    expect((await world.call('GET', '/auth/me', undefined, how)).body).toMatchObject({
      level: { acr: 'urn:sallyport:acr:1', mfa: false, mfa_time: null },
      session: { recovered: false },
    });
    const refused = { status: 403, type: '/problems/mfa-token-required' };
    expect(await world.call('DELETE', `/auth/mfa/factors/${factorId}`, undefined, how)).toMatchObject(
      refused,
    );
    expect(await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, how)).toMatchObject(refused);
    const change = { current_password: 'seven wet umbrellas', new_password: 'eight dry parasols' };
    expect(await world.call('POST', '/auth/password', change, how)).toMatchObject(refused);
    const refreshed = await world.call('POST', '/auth/refresh', { refresh_token });
    expect(claimsOf(refreshed.body.access_token)).toMatchObject({ mfa: false, acr: 'urn:sallyport:acr:1' });
    expect(refreshed.body).not.toHaveProperty('trusted_device');
  });

  test('does not open a sensitive route of a vendor', async () => {
    await setPolicy(world, 'vendor', { mfa: 'if_enrolled', trustedDeviceSeconds: day });
    const { loginWithDevice } = await withDevice(world, ['vendor'], 'vendor');
    const { access_token: bearer } = (await loginWithDevice(undefined, 'vendor')).body;
    const sensitive = await world.call('GET', '/api/sensitive-data', undefined, { bearer });
    expect(sensitive).toMatchObject({ status: 403, type: '/problems/mfa-token-required' });
  });

  test('can step up, and is then a session like any other', async () => {
    const { loginWithDevice, freshCode } = await withDevice(world);
    const { access_token: bearer } = (await loginWithDevice()).body;
    const { body: challenge } = await world.call('POST', '/auth/mfa/step-up', {}, { bearer });
    const raised = await world.call('POST', '/auth/mfa/verify', {
      temp_token: challenge.temp_token,
      mfa_token: freshCode(),
    });
    const claims = claimsOf(raised.body.access_token);
    expect(claims).toMatchObject({ mfa: true, acr: 'urn:sallyport:acr:2' });
    expect(claims).not.toHaveProperty('mfa_waived');
  });

  test('exchanges its token each time; the end stays where it was', async () => {
    const { loginWithDevice, bearer } = await withDevice(world);
    let token: string | undefined;
    for (const days of [29, 28, 27]) {
      wait(day);
      const { body } = await loginWithDevice(token);
      expect(body.trusted_device_expires_in).toBe(days * day);
      token = body.trusted_device;
    }
    wait(27 * day - 1);
    const last = await loginWithDevice(token);
    expect(last.body).toMatchObject({ mfa_required: false, trusted_device_expires_in: 1 });
    wait(1);
    expect(await loginWithDevice(last.body.trusted_device)).toMatchObject(asked);
    expect(bearer).toBeDefined();
  });

  test('shows in the list when it was used, and from where', async () => {
    const { loginWithDevice, fresh } = await withDevice(world);
    wait(3600);
    const usedAt = new Date().toISOString();
    await loginWithDevice(undefined, 'public', {
      ip: '198.51.100.9',
      headers: { 'user-agent': 'Firefox/151' },
    });
    const bearer = await fresh();
    expect(await devicesOf(world, bearer)).toMatchObject([
      { last_used_at: usedAt, ip: '198.51.100.9', user_agent: 'Firefox/151' },
    ]);
  });

  test('keeps the owner in while a stranger who knows the password has locked the second step', async () => {
    const { ann, loginWithDevice, id } = await withDevice(world);
    const { temp_token } = (await ann.login()).body;
    for (let wrong = 0; wrong < 3; wrong += 1) await ann.verify(temp_token, '000000');
    const before = await throttleOf(world, id);
    expect(before.failed).toBe(3);
    expect((await loginWithDevice()).body.mfa_required).toBe(false);
    expect(await throttleOf(world, id)).toEqual(before); // nothing was shown, so nothing is forgiven
  });

  test('still needs the password, and counts each guess at it', async () => {
    const { ann, token } = await withDevice(world);
    const wrong = () => ann.login('public', { password: 'wrong', trusted_device: token });
    for (let tried = 0; tried < 10; tried += 1) {
      expect(await wrong()).toMatchObject({ status: 401, type: '/problems/invalid-credentials' });
    }
    expect((await wrong()).status).toBe(429);
  });

  test('notifies the owner of wrong passwords before it', async () => {
    const { ann, loginWithDevice, email } = await withDevice(world);
    for (let tried = 0; tried < 5; tried += 1) await ann.login('public', { password: 'wrong' });
    expect((await loginWithDevice()).body.mfa_required).toBe(false);
    const mails = await mailsTo(world, email);
    expect(mails.at(-1)?.text).toContain('5 wrong passwords before it');
  });
});

describe('a login with a token that does not do', () => {
  const reasonOf = async (id: string) => {
    const last = (await eventsOf(world, id)).at(-1);
    return { type: last?.type, reason: Object(last?.detail).reason };
  };
  const challenge = (reason: string) => ({ type: 'mfa_challenge', reason });

  test('goes on without any invalid one; only the audit knows', async () => {
    const eve = await withDevice(world);
    const ann = await withDevice(world, ['user', 'vendor']);
    await setPolicy(world, 'vendor', { mfa: 'if_enrolled', trustedDeviceSeconds: day });
    const without = (await ann.login()).body;
    for (const token of [
      'nonsense',
      `${ann.token}x`,
      ann.body.refresh_token,
      without.temp_token,
      eve.token,
    ]) {
      const { status, body } = await ann.loginWithDevice(token);
      expect(status).toBe(200);
      expect(Object.keys(body).sort()).toEqual(Object.keys(without).sort());
      expect({ ...body, temp_token: '' }).toEqual({ ...without, temp_token: '' });
      expect(await reasonOf(ann.id)).toEqual(challenge('device unknown'));
    }
    expect(await ann.loginWithDevice(ann.token, 'vendor')).toMatchObject(asked);
    expect(await reasonOf(ann.id)).toEqual(challenge('device elsewhere'));
    expect((await ann.loginWithDevice()).body.mfa_required).toBe(false); // it was not spent by any of it
    expect((await eve.loginWithDevice()).body.mfa_required).toBe(false);
  });

  test('of an area that has no such thing is asked for the factor without a look at it', async () => {
    wait(0);
    const root = await staff(world);
    const { body } = await root.login('admin', { trusted_device: 'x'.repeat(43) });
    expect(body.mfa_required).toBe(true);
    expect(await reasonOf(root.id)).toEqual(challenge('device off'));
  });

  test('is asked for nothing more where no factor would be asked', async () => {
    const bob = await world.user();
    const { status, body } = await bob.login('public', { trusted_device: 'nonsense' });
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('trusted_device');
    expect(claimsOf(body.access_token)).not.toHaveProperty('mfa_waived');
  });

  test('is decided by the code where one comes with it', async () => {
    const { ann, token, secret, loginWithDevice } = await withDevice(world);
    const wrong = await ann.login('public', { trusted_device: token, mfa_token: '000000' });
    expect(wrong).toMatchObject({ status: 401, type: '/problems/invalid-credentials' });
    wait(30);
    const right = await ann.login('public', { trusted_device: token, mfa_token: codeOf(secret) });
    expect(claimsOf(right.body.access_token)).toMatchObject({ mfa: true });
    expect(right.body).not.toHaveProperty('trusted_device');
    expect((await loginWithDevice()).body.mfa_required).toBe(false); // it was not spent
  });

  test('is refused where it is no text', async () => {
    const { ann } = await withDevice(world);
    for (const trusted_device of ['', 5, null, ['x'], 'x'.repeat(257)]) {
      expect((await ann.login('public', { trusted_device })).status).toBe(400);
    }
  });
});
