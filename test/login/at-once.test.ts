import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHasher } from '../../src/features/passwords/password-hash.ts';
import { throttleKey } from '../../src/features/throttling/password-throttle-store.ts';
import { dependencyUnavailable } from '../../src/lib/problem.ts';
import { wait } from '../support/actor.ts';
import { anotherInstance } from '../support/instance.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

const many = (count: number) => Array.from({ length: count }, (_, at) => at);

function counted(statuses: readonly number[]) {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

async function rowOf(world: World, username: string, network = '192.0.2.1') {
  const { subject } = throttleKey(username, network);
  return world.database.db
    .selectFrom('loginThrottles')
    .selectAll()
    .where('subject', '=', subject)
    .where('network', '=', network)
    .executeTakeFirst();
}

describe('passwords that come at once', () => {
  const world = useWorld();
  let other: Awaited<ReturnType<typeof anotherInstance>>;
  beforeAll(async () => {
    other = await anotherInstance(world, { hasher: createHasher({ memoryKiB: 1024, passes: 1 }) });
  });
  afterAll(() => other.close());
  const attempt = (username: string, password: string, at = 0) =>
    (at % 2 ? other : world).call('POST', '/auth/login', { username, password });

  test('are all let in where they are right, at one instance and at two', async () => {
    const ann = await world.user();
    const here = await Promise.all(many(40).map(() => attempt(ann.username, ann.password)));
    expect(counted(here.map(({ status }) => status))).toEqual({ 200: 40 });
    const both = await Promise.all(many(40).map((at) => attempt(ann.username, ann.password, at)));
    expect(counted(both.map(({ status }) => status))).toEqual({ 200: 40 });
    expect(await rowOf(world, ann.username)).toMatchObject({ failures: 0, inFlight: 0 });
    expect(await rowOf(world, ann.username, '*')).toMatchObject({ failures: 0, inFlight: 0 });
  });

  test('are let in after nine wrong ones, too', async () => {
    const ann = await world.user();
    for (const _ of many(9)) await attempt(ann.username, 'wrong wrong wrong');
    const all = await Promise.all(many(20).map((at) => attempt(ann.username, ann.password, at)));
    expect(counted(all.map(({ status }) => status))).toEqual({ 200: 20 });
  });

  test.each([
    ['of a user', async () => (await world.user()).username],
    ['of nobody', async () => 'nobody-at-once'],
  ])('are looked at ten times where they are wrong, at two instances: %s', async (_whose, nameOf) => {
    const name = await nameOf();
    const all = await Promise.all(many(50).map((at) => attempt(name, `wrong wrong ${at}`, at)));
    expect(counted(all.map(({ status }) => status))).toEqual({ 401: 10, 429: 40 });
    expect(await rowOf(world, name)).toMatchObject({ failures: 10, inFlight: 0 });
    expect(await rowOf(world, name, '*')).toMatchObject({ failures: 10, inFlight: 0 });
  });

  test('a right one among wrong ones makes room for no more than ten of these', async () => {
    const ann = await world.user();
    const all = await Promise.all(
      many(40).map((at) => attempt(ann.username, at === 5 ? ann.password : `wrong ${at}`, at)),
    );
    const statuses = counted(all.map(({ status }) => status));
    expect(statuses[200] ?? 0).toBeLessThanOrEqual(1);
    expect(statuses[401]).toBeLessThanOrEqual(20); // ten, and ten more after a right one
    expect((await rowOf(world, ann.username))?.failures).toBe(10);
  });

  test('password and code in one call: a right password with a wrong code counts, and is settled', async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    const shot = (at: number) =>
      world.call('POST', '/auth/login', {
        username: ann.username,
        password: ann.password,
        mfa_token: `00000${at % 10}`,
      });
    const all = await Promise.all(many(20).map(shot));
    expect(counted(all.map(({ status }) => status))).toEqual({ 401: 10, 429: 10 });
    expect(await rowOf(world, ann.username)).toMatchObject({ failures: 10, inFlight: 0 });
  });

  test('a signed-in owner is asked for it ten times, and no more', async () => {
    const ann = await world.user();
    const bearer: string = (await ann.login()).body.access_token;
    const change = (at: number) =>
      world.call(
        'POST',
        '/auth/password',
        { current_password: `wrong ${at}`, new_password: 'eight dry coats!' },
        { bearer },
      );
    const all = await Promise.all(many(20).map(change));
    expect(counted(all.map(({ status }) => status))).toEqual({ 401: 10, 429: 10 });
  });

  test('what an ended instance has left in flight stays counted, and is not waited for', async () => {
    const ann = await world.user();
    for (const _ of many(10)) await attempt(ann.username, 'wrong wrong wrong');
    await world.database.owner
      .updateTable('loginThrottles')
      .set({ inFlight: 10, inFlightUntil: new Date() })
      .where('subject', '=', throttleKey(ann.username, '').subject)
      .execute();
    expect((await attempt(ann.username, ann.password)).status).toBe(429);
    wait(15 * 60 + 1);
    expect((await attempt(ann.username, ann.password)).status).toBe(200);
  });

  test('what is refused over all networks costs nothing in its own', async () => {
    const ann = await world.user();
    const from = (ip: string, password: string) =>
      world.call('POST', '/auth/login', { username: ann.username, password }, { ip });
    for (const at of many(100)) await from(`198.51.100.${at}`, 'wrong wrong wrong');
    expect((await from('203.0.113.1', 'wrong wrong wrong')).status).toBe(429);
    expect(await rowOf(world, ann.username, '203.0.113.1')).toMatchObject({ failures: 0, inFlight: 0 });
  });
});

describe('where too many passwords are being compared', () => {
  const sound = createHasher({ memoryKiB: 1024, passes: 1 });
  let asked = 0;
  const verify: typeof sound.verify = async (...given) => {
    asked += 1;
    if (asked % 2 === 0) throw dependencyUnavailable({ retry_after: 1 });
    return sound.verify(...given);
  };
  const hasher = { ...sound, verify };
  const world = useWorld({ hasher });

  test('a login that is refused costs none of the ten tries', async () => {
    const ann = await world.user();
    const all = await Promise.all(
      many(10).map((at) =>
        world.call('POST', '/auth/login', { username: ann.username, password: `no ${at}` }),
      ),
    );
    const statuses = counted(all.map(({ status }) => status));
    expect(statuses[503]).toBeGreaterThanOrEqual(4);
    expect(await rowOf(world, ann.username)).toMatchObject({ failures: statuses[401], inFlight: 0 });
    expect(await rowOf(world, ann.username, '*')).toMatchObject({ failures: statuses[401], inFlight: 0 });
    asked = 0;
    expect((await ann.login()).status).toBe(200);
  });

  test('right ones at once pass or are asked to come back, and are never called wrong', async () => {
    const ann = await world.user();
    const all = await Promise.all(many(40).map(() => ann.login()));
    for (const { status } of all) expect([200, 503]).toContain(status);
    asked = 0;
    expect((await ann.login()).status).toBe(200);
  });

  test('an own password that is not compared costs nothing either', async () => {
    const ann = await world.user();
    asked = 0;
    const bearer: string = (await ann.login()).body.access_token;
    asked = 0;
    const body = { current_password: 'no no no', new_password: 'eight dry coats!' };
    const all = await Promise.all(many(8).map(() => world.call('POST', '/auth/password', body, { bearer })));
    const statuses = counted(all.map(({ status }) => status));
    expect(statuses[503]).toBeGreaterThanOrEqual(4);
    expect(await rowOf(world, ann.username)).toMatchObject({ failures: statuses[401], inFlight: 0 });
  });
});
