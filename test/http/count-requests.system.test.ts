import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countTogether } from '../../src/http/count-requests.ts';
import { connectRedis } from '../../src/outside/redis.ts';
import { until } from '../support/programs.ts';
import { redisProgram, startRedis } from '../support/redis-server.ts';

const windowMs = 60_000;

describe.skipIf(!redisProgram)('what is counted in Redis', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let redis: ReturnType<typeof connectRedis>;
  beforeAll(async () => {
    server = await startRedis();
    redis = connectRedis(server.url);
    await until('Redis is connected', () => redis.status === 'ready');
  });
  afterAll(async () => {
    redis.disconnect();
    await server.close();
  });

  test.each([
    ['a year', (key: string) => redis.set(key, 5, 'EX', 31_536_000)],
    ['no end', (key: string) => redis.set(key, 5)],
  ])('is over when the window is, though a key there has %s', async (what, poison) => {
    const key = `any:${what}`;
    await poison(`sallyport-rate:${key}`);
    const count = countTogether(redis, { onLost: () => {}, onBack: () => {} });
    const { current, ttl } = await count(key, windowMs);
    expect(current).toBe(6);
    expect(ttl).toBeLessThanOrEqual(windowMs);
    expect(await redis.pttl(`sallyport-rate:${key}`)).toBeLessThanOrEqual(windowMs);
  });
});
