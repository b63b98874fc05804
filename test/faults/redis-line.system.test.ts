import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectRedis } from '../../src/platform/adapters/redis.ts';
import { longestMs } from '../support/outage.ts';
import { redisProgram, startRedis } from '../support/redis-server.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { createWorld, type World } from '../support/world.ts';

const perMinute = 6;

describe.skipIf(!redisProgram)('RL-7 HT-5 a Redis behind a line that breaks', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let line: Awaited<ReturnType<typeof startTcpProxy>>;
  let redis: Redis;
  let direct: Redis;
  let world: World;
  beforeAll(async () => {
    server = await startRedis();
    line = await startTcpProxy(server.url);
    line.cut(); // away from the start
    redis = await connectRedis(line.url);
    direct = await connectRedis(server.url);
    const limits = { requestsPerMinute: 1_000_000, loginsPerMinute: perMinute, redis };
    world = await createWorld({ app: { limits } });
  });
  afterAll(async () => {
    for (const client of [redis, direct]) client.disconnect();
    await world.close();
    await line.close();
    await server.close();
  });

  let addresses = 0;
  function freshAddress(): string {
    addresses += 1;
    return `198.51.100.${addresses}`;
  }

  async function login(ip: string) {
    const { username, password } = await world.user();
    const from = performance.now();
    const { status, body } = await world.call('POST', '/auth/login', { username, password }, { ip });
    expect(performance.now() - from).toBeLessThan(longestMs);
    return { status, hasToken: 'access_token' in body };
  }

  const said = (what: string) => world.logs.filter((entry) => entry.includes(what)).length;

  /** So many as are permitted, at once: nobody is refused because nobody could count. */
  async function expectAllLogIn(ip: string): Promise<void> {
    const answers = await Promise.all(Array.from({ length: perMinute }, () => login(ip)));
    expect(answers).toEqual(answers.map(() => ({ status: 200, hasToken: true })));
  }

  async function sharedAgain(): Promise<void> {
    const counted = async () => {
      const ip = freshAddress();
      await login(ip);
      const isCounted = (await direct.exists(`sallyport-rate:guess:${ip}`)) === 1;
      return isCounted && said('Redis answers again') === said('Redis does not answer');
    };
    await expect.poll(counted, { timeout: 20_000, interval: 250 }).toBe(true);
  }

  /** What the line does, and whether it does so until it is mended. */
  const troubles: readonly [string, () => void, boolean][] = [
    ['is cut', () => line.cut(), true],
    ['is cut after an answer', () => line.cutAfter(1), false],
    ['falls silent', () => line.silence(), true],
    ['swallows what is sent', () => line.swallow(), false],
    ['is slower by a tenth of a second each way', () => line.delay(100), false],
    ['is slower by three seconds each way', () => line.delay(3_000), true],
  ];

  test('that is away from the start refuses no login, and is used when it comes', async () => {
    await expectAllLogIn(freshAddress());
    line.mend();
    await sharedAgain();
  });

  test.each(troubles)('that %s refuses no login and lets none hang', async (_what, trouble, lasts) => {
    await sharedAgain();
    const before = said('Redis does not answer');
    trouble();
    const ip = freshAddress();
    await expectAllLogIn(ip);
    if (lasts) {
      expect(await login(ip)).toEqual({ status: 429, hasToken: false }); // this process has counted
      expect(said('Redis does not answer')).toBe(before + 1);
    }
    line.mend();
    await sharedAgain();
  });
});
