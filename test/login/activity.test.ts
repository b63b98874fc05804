import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presets } from '../../src/domain/policy/policy.ts';
import { createActivity } from '../../src/features/sessions/activity.ts';
import { writeActivity } from '../../src/features/sessions/session-store.ts';
import { wait } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { setPolicy } from '../support/devices.ts';
import { anotherInstance } from '../support/instance.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const minute = 60;
const policy = presets.standard.public;

async function loggedIn() {
  const ann = await world.user();
  const { body } = await ann.login();
  const tokens = { access: body.access_token as string, refresh: body.refresh_token as string };
  const me = (instance: Pick<typeof world, 'call'> = world) =>
    instance.call('GET', '/auth/me', undefined, { bearer: tokens.access });
  const refresh = async (instance: Pick<typeof world, 'call'> = world) => {
    const answer = await instance.call('POST', '/auth/refresh', { refresh_token: tokens.refresh });
    Object.assign(tokens, { access: answer.body.access_token, refresh: answer.body.refresh_token });
    return answer.status;
  };
  return { ann, me, refresh };
}

describe('a session that is used', () => {
  test('SE-1: goes on by any guarded request', async () => {
    const { me, refresh } = await loggedIn();
    for (let passed = 0; passed < 5 * 60; passed += 14) {
      wait(14 * minute);
      expect((await me()).status).toBe(200);
      expect(await refresh()).toBe(200);
    }
    wait(60 * minute - 1);
    expect(await refresh()).toBe(200);
    wait(1);
    expect((await me()).status).toBe(401);
  });

  test('SE-1: does not go on by refreshing alone', async () => {
    const { me, refresh } = await loggedIn();
    for (let passed = 0; passed < 60; passed += 10) {
      expect(await refresh()).toBe(200);
      wait(10 * minute);
    }
    expect((await me()).status).toBe(401);
    expect(await refresh()).toBe(401);
  });

  test('SE-1: counts a request to the second, though less than a minute after the one before', async () => {
    const { me, refresh } = await loggedIn();
    wait(59);
    expect((await me()).status).toBe(200);
    wait(60 * minute - 1);
    expect(await refresh()).toBe(200);
    expect((await me()).status).toBe(200);
  });

  test('SE-1: goes on by the word of its client alone where the policy says explicit', async () => {
    await setPolicy(world, 'public', { activity: 'explicit' });
    const { me, refresh } = await loggedIn();
    for (let passed = 0; passed < 60; passed += 12) {
      expect((await me()).status).toBe(200);
      expect(await refresh()).toBe(200);
      wait(12 * minute);
    }
    expect((await me()).status).toBe(401);
    await setPolicy(world, 'public', { activity: 'requests' });
  });

  test('SE-1: of a request that is refused goes on no longer', async () => {
    const { ann, refresh } = await loggedIn();
    const { body } = await ann.login();
    wait(59 * minute);
    const fresh = (await world.call('POST', '/auth/refresh', { refresh_token: body.refresh_token })).body;
    const how = { bearer: fresh.access_token };
    expect((await world.call('GET', '/admin/users', undefined, how)).status).toBe(401);
    wait(minute);
    expect((await world.call('GET', '/auth/me', undefined, how)).status).toBe(401);
    expect(await refresh()).toBe(401);
  });
});

describe.skipIf(!serverUrl)('a session that is used at two instances', () => {
  let other: Awaited<ReturnType<typeof anotherInstance>>;
  beforeAll(async () => {
    other = await anotherInstance(world);
  });
  afterAll(() => other.close());

  test('SE-1: goes on at both by the requests of each', async () => {
    const { me, refresh } = await loggedIn();
    for (let turn = 0; turn < 12; turn += 1) {
      const [here, there] = turn % 2 === 0 ? [world, other] : [other, world];
      wait(29 * minute);
      expect(await refresh(here)).toBe(200);
      expect((await me(here)).status).toBe(200);
      await here.deps.sessions.flush(new Date(), 'all');
      wait(29 * minute);
      expect(await refresh(there)).toBe(200);
      expect((await me(there)).status).toBe(200);
      await there.deps.sessions.flush(new Date(), 'all');
    }
  });

  test('SE-1: activity that a minute had no room for is written before an instance ends', async () => {
    const { me, refresh } = await loggedIn();
    wait(59);
    expect((await me()).status).toBe(200);
    await world.deps.sessions.flush(new Date(), 'all');
    wait(60 * minute - 1);
    expect(await refresh(other)).toBe(200);
  });
});

describe('writing that a session was used', () => {
  const since = new Date('2026-01-01T00:00:00Z');
  const at = (seconds: number) => new Date(since.getTime() + seconds * 1000);
  const session = { id: 'one', lastActiveAt: since };
  const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

  test('happens at most once a minute, however many requests come', async () => {
    const written: Date[] = [];
    const { note } = createActivity(async (_id, seenAt) => {
      written.push(seenAt);
      return 'written';
    });
    for (let seconds = 0; seconds < 600; seconds += 1) {
      for (let times = 0; times < 5; times += 1) note(session, policy, at(seconds));
      await settled();
    }
    expect(written.map((one) => (one.getTime() - since.getTime()) / 1000)).toEqual([
      60, 120, 180, 240, 300, 360, 420, 480, 540,
    ]);
  });

  test('is tried again where it failed, and counts here meanwhile', async () => {
    let away = true;
    let tries = 0;
    const { note, flush, asSeen } = createActivity(async () => {
      tries += 1;
      if (away) throw new Error('away');
      return 'written';
    });
    note(session, policy, at(90));
    await settled();
    expect(asSeen(session).lastActiveAt).toEqual(at(90));
    await expect(flush(at(91))).rejects.toThrow('away');
    away = false;
    await flush(at(92));
    await flush(at(200));
    expect(tries).toBe(3);
  });

  test('keeps what came within the minute for the next round', async () => {
    const written: Date[] = [];
    const { note, flush } = createActivity(async (_id, seenAt) => {
      written.push(seenAt);
      return 'written';
    });
    note(session, policy, at(59));
    await flush(at(59));
    expect(written).toEqual([]);
    await flush(at(60));
    expect(written).toEqual([at(59)]);
  });

  test('is left to the instance that was faster, and never moves the time back', async () => {
    const ann = await world.user();
    const { body } = await ann.login();
    const { id } = (await world.call('GET', '/auth/me', undefined, { bearer: body.access_token })).body
      .session;
    const { db } = world.deps;
    const now = Date.now();
    const after = (seconds: number) => new Date(now + seconds * 1000);
    expect(await writeActivity(db, id, after(61), after(1))).toBe('written');
    expect(await writeActivity(db, id, after(62), after(2))).toEqual(after(61));
    expect(await writeActivity(db, id, after(60), after(600))).toEqual(after(61));
    await world.call('POST', '/auth/logout', undefined, { bearer: body.access_token });
    expect(await writeActivity(db, id, after(700), after(600))).toBe(null);
  });
});
