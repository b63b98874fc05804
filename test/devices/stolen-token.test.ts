import { describe, expect, test } from 'vitest';
import { findByDeviceToken, logInWithToken } from '../../src/features/devices/device-store.ts';
import { grantByPassword } from '../../src/features/sessions/grant-session.ts';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { wait } from '../support/actor.ts';
import { day, devicesOf, setPolicy, withDevice } from '../support/devices.ts';
import { eventsOf, eventTypesOf, mailsTo } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleClient, consoleContext } from '../support/world.ts';

const world = useWorld();

const asked = { status: 200, body: { mfa_required: true } };
const noChallenge = { status: 200, body: { mfa_required: false } };
const overlap = 10;

describe('a token that was exchanged before', () => {
  test('ends the device for both who have it, and what it opened; the owner is notified', async () => {
    const { loginWithDevice, token, id, email, bearer } = await withDevice(world);
    const owner = await loginWithDevice();
    wait(3600);
    const thief = await loginWithDevice(token, 'public', { ip: '203.0.113.66' });
    expect(thief).toMatchObject(asked);
    expect(thief.body).not.toHaveProperty('trusted_device');
    expect(await loginWithDevice(owner.body.trusted_device)).toMatchObject(asked);

    const opened = await world.call('GET', '/auth/me', undefined, { bearer: owner.body.access_token });
    expect(opened).toMatchObject({ status: 401, type: '/problems/invalid-token' });
    const refreshed = await world.call('POST', '/auth/refresh', { refresh_token: owner.body.refresh_token });
    expect(refreshed.status).toBe(401);
    expect(await world.call('POST', '/auth/refresh', { refresh_token: 'x' })).toMatchObject({ status: 401 });
    expect(bearer).toBeDefined();

    const reuse = (await eventsOf(world, id)).filter(({ type }) => type === 'trusted_device_reuse');
    expect(reuse).toMatchObject([{ outcome: 'refused', area: 'public', ip: '203.0.113.66' }]);
    const mails = (await mailsTo(world, email)).filter(({ subject }) => subject.includes('copied'));
    expect(mails).toHaveLength(1);
    expect(mails[0]?.text).toMatch(
      /What: "Laptop"\n[\s\S]*From: 203\.0\.113\.66\n[\s\S]*change your password now/,
    );
  });

  test('is noticed too where the thief came first', async () => {
    const { loginWithDevice, token, email } = await withDevice(world);
    const thief = await loginWithDevice();
    wait(day);
    expect(await loginWithDevice(token)).toMatchObject(asked);
    expect(await loginWithDevice(thief.body.trusted_device)).toMatchObject(asked);
    expect((await mailsTo(world, email)).some(({ subject }) => subject.includes('copied'))).toBe(true);
  });

  test('however old it is, and in every area that has such devices', async () => {
    const { ann, loginWithDevice, token, id } = await withDevice(world, ['user', 'vendor']);
    let next: string = token;
    for (let used = 0; used < 3; used += 1) {
      wait(60);
      next = (await loginWithDevice(next)).body.trusted_device;
    }
    await setPolicy(world, 'vendor', { mfa: 'if_enrolled', trustedDeviceSeconds: day });
    await ann.login('vendor', { trusted_device: token });
    await setPolicy(world, 'vendor', { mfa: 'none', trustedDeviceSeconds: null });
    expect(await eventTypesOf(world, id)).toContain('trusted_device_reuse');
    expect(await loginWithDevice(next)).toMatchObject(asked);
  });

  test('leaves other devices of the same user trusted, and sessions that have shown a factor', async () => {
    const { loginWithDevice, token, trust, fresh } = await withDevice(world);
    const other = await trust();
    const bearer = await fresh();
    await loginWithDevice(token);
    wait(60);
    expect(await loginWithDevice(token)).toMatchObject(asked);
    expect((await world.call('GET', '/auth/me', undefined, { bearer })).status).toBe(200);
    expect(await devicesOf(world, bearer)).toHaveLength(1);
    expect(await loginWithDevice(other)).toMatchObject(noChallenge);
  });

  test('reveals nothing and ends nothing without the password, or with that of somebody else', async () => {
    const eve = await withDevice(world);
    const { ann, loginWithDevice, token, id } = await withDevice(world);
    const { trusted_device: next } = (await loginWithDevice()).body;
    wait(60);
    const wrong = await ann.login('public', { password: 'wrong', trusted_device: token });
    expect(wrong.status).toBe(401);
    expect(await eve.loginWithDevice(token)).toMatchObject(asked);
    expect(await eventTypesOf(world, id)).not.toContain('trusted_device_reuse');
    expect(await loginWithDevice(next)).toMatchObject(noChallenge);
  });

  test('is no news once the device is over', async () => {
    const { loginWithDevice, token, id } = await withDevice(world);
    await loginWithDevice();
    wait(31 * day);
    expect(await loginWithDevice(token)).toMatchObject(asked);
    expect(await eventTypesOf(world, id)).not.toContain('trusted_device_reuse');
  });
});

describe('the last token that was exchanged, some seconds later', () => {
  test('is no theft: an answer was lost, or a second tab logs in. It opens nothing', async () => {
    const { loginWithDevice, token, id } = await withDevice(world);
    const { trusted_device: next } = (await loginWithDevice()).body;
    wait(overlap - 1);
    expect(await loginWithDevice(token)).toMatchObject(asked);
    expect((await eventsOf(world, id)).at(-1)).toMatchObject({
      type: 'mfa_challenge',
      detail: { reason: 'device overtaken' },
    });
    expect(await loginWithDevice(next)).toMatchObject(noChallenge);
  });

  test('is theft when those seconds are over', async () => {
    const { loginWithDevice, token, id } = await withDevice(world);
    const { trusted_device: next } = (await loginWithDevice()).body;
    wait(overlap);
    expect(await loginWithDevice(token)).toMatchObject(asked);
    expect(await eventTypesOf(world, id)).toContain('trusted_device_reuse');
    expect(await loginWithDevice(next)).toMatchObject(asked);
  });

  test('is theft at once where it is not the last', async () => {
    const { loginWithDevice, token, id } = await withDevice(world);
    const { trusted_device: next } = (await loginWithDevice()).body;
    wait(1);
    await loginWithDevice(next);
    wait(1);
    expect(await loginWithDevice(token)).toMatchObject(asked);
    expect(await eventTypesOf(world, id)).toContain('trusted_device_reuse');
  });
});

describe('logins at once with the same token', () => {
  test('open one session, and ask the others for the factor; the device stays', async () => {
    const { loginWithDevice, id, token } = await withDevice(world);
    const answers = await Promise.all(Array.from({ length: 6 }, () => loginWithDevice(token)));
    const won = answers.filter(({ body }) => body.mfa_required === false);
    expect(won).toHaveLength(1);
    for (const { status } of answers) expect(status).toBe(200);
    const events = await eventTypesOf(world, id);
    expect(events.filter((type) => type === 'mfa_waived')).toHaveLength(1);
    expect(events).not.toContain('trusted_device_reuse');
    expect(await loginWithDevice(won[0]?.body.trusted_device)).toMatchObject(noChallenge);
  });

  test('with a stolen one: it is notified once', async () => {
    const { loginWithDevice, id, token, email } = await withDevice(world);
    await loginWithDevice();
    wait(60);
    for (const answer of await Promise.all(Array.from({ length: 6 }, () => loginWithDevice(token))))
      expect(answer).toMatchObject(asked);
    const events = await eventTypesOf(world, id);
    expect(events.filter((type) => type === 'trusted_device_reuse')).toHaveLength(1);
    const mails = await mailsTo(world, email);
    expect(mails.filter(({ subject }) => subject.includes('copied'))).toHaveLength(1);
  });
});

describe('an exchange whose token was looked at before', () => {
  async function looked() {
    const user = await withDevice(world);
    const shown = await findByDeviceToken(world.deps.db, user.token);
    if (!shown) throw new Error('No such token');
    const { securityVersion } = await world.deps.db
      .selectFrom('users')
      .select('securityVersion')
      .where('id', '=', user.id)
      .executeTakeFirstOrThrow();
    const basis = { userId: user.id, securityVersion };
    const exchange = (next: string) => {
      const now = new Date();
      const grant = grantByPassword(world.deps.policies, user.id, 'public', now);
      const event = { type: 'mfa_waived', outcome: 'success', userId: user.id } as const;
      const login = { basis, throttle: { subject: 'x', network: 'y' }, grant, event, mails: [] };
      return logInWithToken(
        world.deps.db,
        { client: consoleClient, now },
        { device: shown.device, tokens: { shown: user.token, next }, login },
      );
    };
    return { user, exchange };
  }

  test('is made once', async () => {
    const { exchange } = await looked();
    expect(await exchange('one')).toBe(true);
    expect(await exchange('two')).toBe(false);
  });

  test.each([
    ['the password', { passwordChangedAt: new Date(1) }],
    ['the factors', { factorsChangedAt: new Date(1) }],
    ['the standing', { status: 'disabled' }],
    ['anything that a login rests on', { securityVersion: 99 }],
  ] as const)('is not made where %s changed in between', async (_what, change) => {
    const { user, exchange } = await looked();
    await world.deps.db.updateTable('users').set(change).where('id', '=', user.id).execute();
    expect(await exchange('next')).toBe(false);
  });

  test('is not made where the device was ended in between', async () => {
    const { user, exchange } = await looked();
    await changeAccountStatus(world.deps, consoleContext(), user.id, {
      roles: ['vendor'],
    });
    expect(await exchange('next')).toBe(false);
  });
});
