import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { clocksAgree } from '../../src/clock-check.ts';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { withDevice } from '../support/devices.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() }));
afterEach(() => void vi.useRealTimers());

const hour = 3600;
const setbacks = [
  { what: 'an hour', seconds: hour },
  { what: 'a day', seconds: 24 * hour },
];

describe.each(setbacks)('when the clock is set back by $what', ({ seconds }) => {
  test('OT-3 a code that was used does not come to life, nor does one from before it', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const earlier = codeOf(secret, 0, Date.now() - seconds * 1000);
    const used = codeOf(secret);
    expect((await ann.verify((await ann.login()).body.temp_token, used)).status).toBe(200);
    wait(-seconds);
    const { temp_token } = (await ann.login()).body;
    for (const code of [used, earlier]) expect((await ann.verify(temp_token, code)).status).toBe(403);
  });

  test('RK-2 a recovery code that was used does not come to life', async () => {
    const ann = await world.user();
    const { codes } = await ann.enrolTotp();
    const use = async () => (await ann.verify((await ann.login()).body.temp_token, codes[0] ?? '')).status;
    expect(await use()).toBe(200);
    wait(-seconds);
    expect(await use()).toBe(403);
  });

  test('SE-6 SE-10 a session that was ended stays so, and a refresh token works once', async () => {
    const ann = await world.user();
    const { access_token: bearer, refresh_token } = (await ann.login()).body;
    const other = (await ann.login()).body;
    await world.call('POST', '/auth/logout', undefined, { bearer });
    expect((await world.call('POST', '/auth/refresh', { refresh_token: other.refresh_token })).status).toBe(
      200,
    );
    wait(-seconds);
    expect((await world.call('GET', '/auth/me', undefined, { bearer })).status).toBe(401);
    for (const token of [refresh_token, other.refresh_token])
      expect((await world.call('POST', '/auth/refresh', { refresh_token: token })).status).toBe(401);
  });

  test('RL-1 RL-4 what is locked stays locked', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const temp = (await ann.login()).body.temp_token;
    for (let at = 0; at < 3; at += 1) await ann.verify(temp, wrongCodeOf(secret));
    const bob = await world.user();
    const guess = () => bob.login('public', { password: 'not the password' });
    for (let at = 0; at < 10; at += 1) await guess();
    wait(-seconds);
    const fresh = (await ann.login()).body.temp_token;
    expect((await ann.verify(fresh, codeOf(secret))).status).toBe(429);
    expect((await guess()).status).toBe(429);
  });

  test('a bypass code that was used, and a device that was removed, do not come to life', async () => {
    const ann = await withDevice(world);
    expect((await ann.come()).body).toHaveProperty('access_token');
    const desk = await staff(world, 'helpdesk');
    const made = await desk.post(`/admin/users/${ann.id}/bypass-codes`, { reason: 'Phone in repair' });
    const use = async () => (await ann.verify((await ann.login()).body.temp_token, made.body.code)).status;
    expect(await use()).toBe(200);
    const bearer = await ann.fresh();
    const { body } = await world.call('GET', '/auth/trusted-devices', undefined, { bearer });
    await world.call('DELETE', `/auth/trusted-devices/${body.devices[0].id}`, undefined, { bearer });
    wait(-seconds);
    expect(await use()).toBe(403);
    expect((await ann.come()).body).not.toHaveProperty('access_token');
  });

  test('RO-3 a grace neither begins anew nor ends later', async () => {
    const root = await staff(world);
    await root.put('/admin/rollout', { phase: 'full', grace_days: 7 });
    const ann = await world.user();
    const until = (await ann.login()).body.mfa_grace_until;
    wait(-seconds);
    expect((await ann.login()).body.mfa_grace_until).toBe(until);
    await root.put('/admin/rollout', { phase: 'soft' });
    expect(until).toBeDefined();
  });

  test('what has expired lives again for so long and no longer: nothing else can be known', async () => {
    const ann = await world.user();
    const { secret, codes } = await ann.enrolTotp();
    const temp = (await ann.login()).body.temp_token;
    wait(seconds + 301);
    expect((await ann.verify(temp, codeOf(secret))).status).toBe(401);
    wait(-seconds);
    expect((await ann.verify(temp, codes[0] ?? '')).status).toBe(401); // a second before: still over
    wait(-2);
    expect((await ann.verify(temp, codes[0] ?? '')).status).toBe(200);
  });
});

describe('clocks that differ', () => {
  test('HT-5 are told of where they are more than half a minute apart, either way', () => {
    const now = new Date();
    const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);
    for (const apart of [0, 30, -30]) expect(clocksAgree(at(apart), now)).toBe(true);
    for (const apart of [31, -31]) expect(clocksAgree(at(apart), now)).toBe(false);
  });

  test.skipIf(!serverUrl)('HT-5 make an instance not ready, and it says why', async () => {
    expect((await world.call('GET', '/health/ready')).status).toBe(200);
    wait(-hour);
    expect(await world.call('GET', '/health/ready')).toMatchObject({
      status: 503,
      body: { not_ready: ['clock'], detail: expect.stringContaining('Set both by NTP') },
    });
  });
});
