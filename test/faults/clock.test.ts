import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ping } from '../../db/availability.ts';
import { clocksAgree, watchClock } from '../../src/api/operations/readiness.ts';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { withDevice } from '../support/devices.ts';
import { basic, makeService, postForm } from '../support/services.ts';
import { staff } from '../support/staff.ts';
import { turnRollout } from '../support/turn-rollout.ts';
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
    const tryWrongPassword = () => bob.login('public', { password: 'not the password' });
    for (let at = 0; at < 10; at += 1) await tryWrongPassword();
    wait(-seconds);
    const fresh = (await ann.login()).body.temp_token;
    expect((await ann.verify(fresh, codeOf(secret))).status).toBe(429);
    expect((await tryWrongPassword()).status).toBe(429);
  });

  test('a bypass code that was used, and a device that was removed, do not come to life', async () => {
    const ann = await withDevice(world);
    expect((await ann.loginWithDevice()).body).toHaveProperty('access_token');
    const desk = await staff(world, 'helpdesk');
    const made = await desk.post(`/admin/users/${ann.id}/bypass-codes`, { reason: 'Phone in repair' });
    const use = async () => (await ann.verify((await ann.login()).body.temp_token, made.body.code)).status;
    expect(await use()).toBe(200);
    const bearer = await ann.fresh();
    const { body } = await world.call('GET', '/auth/trusted-devices', undefined, { bearer });
    await world.call('DELETE', `/auth/trusted-devices/${body.devices[0].id}`, undefined, { bearer });
    wait(-seconds);
    expect(await use()).toBe(403);
    expect((await ann.loginWithDevice()).body).not.toHaveProperty('access_token');
  });

  test('RO-3 a grace neither begins anew nor ends later', async () => {
    const root = await staff(world);
    await turnRollout(root, { phase: 'full', grace_days: 7 });
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
  test('HT-5 are reported if they are more than half a minute apart, either way', () => {
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
      body: { not_ready: ['clock'], detail: expect.stringContaining('Synchronise both with NTP') },
    });
  });
});

describe.skipIf(!serverUrl)('an instance that knows that its clock is wrong', () => {
  const strict = useWorld({ clock: (db) => watchClock(() => ping(db)) });
  const eightDays = 8 * 24 * hour;
  const refused = {
    status: 503,
    type: '/problems/dependency-unavailable',
    body: { detail: expect.stringContaining('clock'), retry_after: 5 },
  };
  const counted = async () => {
    const { rows } = await sql`select
      (select json_agg(t order by subject, network) from login_throttles t) as guesses,
      (select json_agg(t order by user_id) from throttles t) as answers,
      (select count(*)::int from sessions) as sessions, (select count(*)::int from logins) as logins,
      (select count(*)::int from graces) as graces`.execute(strict.database.db);
    return rows[0];
  };

  test.each([-eightDays, eightDays, -90, 90])('grants nothing, and counts nothing: %i s', async (seconds) => {
    const root = await staff(strict);
    await turnRollout(root, { phase: 'full', grace_days: 7 });
    const ann = await strict.user();
    const { secret } = await ann.enrolTotp();
    const { temp_token } = (await ann.login()).body;
    const open = (await ann.loginWithTotp(secret)).body;
    const late = await strict.user(); // without a factor: in grace, or after it
    const service = await makeService(strict, {});
    const before = await counted();
    wait(seconds);
    const bearer = { bearer: String(open.access_token) };
    const answers = [
      await late.login(),
      await ann.login('public', { mfa_token: codeOf(secret) }),
      await ann.verify(temp_token, codeOf(secret)), // of eight days ago, or in eight days
      await ann.verify(temp_token, wrongCodeOf(secret)),
      await strict.call('POST', '/auth/refresh', { refresh_token: open.refresh_token }),
      await strict.call('POST', '/auth/mfa/step-up', {}, bearer),
      await strict.call('POST', '/auth/mfa/proof', { mfa_token: codeOf(secret) }, bearer),
      await strict.call('POST', '/auth/mfa/enroll', { method: 'totp' }, bearer),
      await strict.call('GET', '/auth/forward?area=public', undefined, bearer),
      await root.get('/admin/users'),
    ];
    for (const answer of answers) expect(answer).toMatchObject(refused);
    const granted = await postForm(
      strict,
      '/oauth/token',
      { grant_type: 'client_credentials' },
      basic(service.id, service.secret),
    );
    expect(granted.status).toBe(503);
    expect(await counted()).toEqual(before);
    expect((await strict.call('GET', '/health/ready')).body).toMatchObject({ not_ready: ['clock'] });
    for (const url of ['/health/live', '/.well-known/jwks.json'])
      expect((await strict.call('GET', url)).status).toBe(200);

    wait(-seconds);
    expect((await ann.verify(temp_token, codeOf(secret, 1))).status).toBe(200);
    await root.put('/admin/rollout', { phase: 'soft' });
  });
});

describe('the clock that is watched', () => {
  function watched() {
    let ahead = 0;
    const ask = vi.fn(async () => new Date(Date.now() + ahead * 1000));
    const drift = (seconds: number) => {
      ahead = seconds;
    };
    return { ask, drift, clock: watchClock(ask) };
  }
  const wrong = { status: 503 };

  test('is compared once, and then costs nothing', async () => {
    const { ask, clock } = watched();
    for (let at = 0; at < 5; at += 1) await clock.assertRight();
    expect(ask).toHaveBeenCalledTimes(1);
    expect(clock.assertRight()).toBeUndefined();
  });

  test('is compared at once where it has jumped since, and not again', async () => {
    const { ask, drift, clock } = watched();
    await clock.assertRight();
    wait(3600);
    drift(-3600);
    await expect(clock.assertRight()).rejects.toMatchObject(wrong);
    for (let at = 0; at < 5; at += 1) expect(() => clock.assertRight()).toThrow('does not answer');
    expect(ask).toHaveBeenCalledTimes(2);
    wait(-3600);
    drift(0);
    await clock.assertRight();
    expect(ask).toHaveBeenCalledTimes(3);
  });

  test('is found wrong in the next round where the jump is the database’s', async () => {
    const { drift, clock } = watched();
    await clock.assertRight();
    drift(60);
    expect(await clock.compare()).toBe(false);
    expect(() => clock.assertRight()).toThrow('does not answer');
    expect(clock.note(new Date())).toBe(true);
    expect(clock.assertRight()).toBeUndefined();
  });

  test('is not taken to be right where nobody could be asked', async () => {
    const clock = watchClock(() => Promise.reject(new Error('away')));
    await expect(clock.assertRight()).rejects.toThrow('away');
  });
});
