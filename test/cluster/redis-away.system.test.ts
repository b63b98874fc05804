import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, canCluster, startCluster } from '../support/cluster.ts';
import { httpCaller } from '../support/http-caller.ts';
import { tally } from '../support/second-factor.ts';

describe.skipIf(!canCluster)('limits per address', () => {
  let cluster: Cluster;
  const closers: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    cluster = await startCluster({ env: { LOGIN_LIMIT_PER_MINUTE: '6' } });
  });
  afterAll(async () => {
    for (const close of closers) await close();
    await cluster.close();
  });

  /** Another name each time, for wrong passwords of one are counted too. */
  const nobody = (at: number) => ({ username: `nobody${at}`, password: 'not the password' });

  let addresses = 1;
  /** Twelve logins by the balancer, from an address of their own. */
  async function twelve() {
    addresses += 1;
    const { call, close } = httpCaller(cluster.balancer.url, `127.0.0.${addresses}`);
    closers.push(close);
    const answers = [];
    for (let at = 0; at < 12; at += 1) answers.push(await call('POST', '/auth/login', nobody(at)));
    return answers;
  }

  /** Where nobody takes Redis to be away meanwhile: on a machine that stalls for half a second they do. */
  async function logInTwelve() {
    for (let tries = 0; ; tries += 1) {
      await answeredByRedis();
      const before = said('Redis does not answer');
      const answers = await twelve();
      if (tries === 4 || String(said('Redis does not answer')) === String(before)) return answers;
    }
  }

  async function answeredByRedis() {
    await expect
      .poll(
        async () => {
          for (const call of [cluster.one, cluster.two]) await call('GET', '/health/live');
          return String(said('Redis answers again')) === String(said('Redis does not answer'));
        },
        { timeout: 10_000 },
      )
      .toBe(true);
  }

  const said = (what: string) => cluster.instances.map(({ output }) => output().split(what).length - 1);

  test('RL-7 are one for both, by the address that the balancer names', async () => {
    const alike = { 'invalid-credentials': 6, 'too-many-attempts': 6 };
    expect(tally(await logInTwelve())).toEqual(alike);
    expect(tally(await logInTwelve())).toEqual(alike);
  });

  test('RL-7 are counted by each process while Redis is gone, and together when it is back', async () => {
    await answeredByRedis();
    const before = said('Redis does not answer');
    await cluster.redis.kill();
    for (let round = 0; round < 2; round += 1)
      expect(tally(await twelve())).toEqual({ 'invalid-credentials': 12 }); // six at each
    for (let at = 0; at < 20; at += 1) await cluster.one('GET', '/health/live');
    expect(said('Redis does not answer')).toEqual(before.map((times) => times + 1)); // once, not for each request

    await cluster.redis.start();
    expect(tally(await logInTwelve())).toEqual({ 'invalid-credentials': 6, 'too-many-attempts': 6 });
  });

  test('RL-7 hold at one process alone while Redis is gone', async () => {
    await cluster.redis.kill();
    const { call, close } = httpCaller(cluster.instances[0].url, '127.0.0.99');
    closers.push(close);
    const answers = [];
    const headers = { 'x-forwarded-for': '192.0.2.77' };
    for (let at = 0; at < 12; at += 1)
      answers.push(await call('POST', '/auth/login', nobody(at), { headers }));
    expect(tally(answers)).toEqual({ 'invalid-credentials': 6, 'too-many-attempts': 6 });
    await cluster.redis.start();
  });

  // Two hundred waits would be more than a minute.
  test('RL-7 do not wait for a Redis that has fallen silent', { timeout: 30_000 }, async () => {
    await answeredByRedis();
    const asleep = said('Redis does not answer');
    cluster.redis.freeze();
    await cluster.one('GET', '/health/live'); // waits half a second, once
    for (let at = 0; at < 200; at += 1) await cluster.one('GET', '/health/live');
    expect(said('Redis does not answer')[0]).toBe((asleep[0] ?? 0) + 1);
    cluster.redis.thaw();
    await expect
      .poll(
        async () => {
          await cluster.one('GET', '/health/live');
          return said('Redis answers again')[0];
        },
        { timeout: 10_000 },
      )
      .toBe((asleep[0] ?? 0) + 1);
  });
});
