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

  test('is counted there from the first request on, while the connection is only being made', async () => {
    const fresh = connectRedis(server.url);
    const lost: unknown[] = [];
    const count = countTogether(fresh, { onLost: (error) => void lost.push(error), onBack: () => {} });
    const counts = await Promise.all([count('any:first', windowMs), count('any:first', windowMs)]);
    fresh.disconnect();
    expect(lost).toEqual([]);
    expect(counts.map(({ current }) => current)).toEqual([1, 2]);
    expect(await redis.get('sallyport-rate:any:first')).toBe('2');
  });

  test('is counted here where nobody listens, and that is told once', async () => {
    const away = connectRedis('redis://127.0.0.1:1');
    const lost: unknown[] = [];
    const count = countTogether(away, { onLost: (error) => void lost.push(error), onBack: () => {} });
    const counts = await Promise.all([count('any:away', windowMs), count('any:away', windowMs)]);
    away.disconnect();
    expect(lost).toHaveLength(1);
    expect(counts.map(({ current }) => current)).toEqual([1, 2]);
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
