import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countTogether } from '../../src/api/count-requests.ts';
import { connectRedis } from '../../src/platform/adapters/redis.ts';
import { redisProgram, startRedis } from '../support/redis-server.ts';

const windowMs = 60_000;

describe.skipIf(!redisProgram)('what is counted in Redis', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = await connectRedis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.close();
  });

  /** Nothing else runs meanwhile, as while routes are put together, or the embedded database works. */
  function busy(ms: number): void {
    const from = performance.now();
    while (performance.now() - from < ms);
  }

  /** The answers to two requests at once, and what the observer of Redis received. */
  async function countTwice(connection: Redis, key: string, meanwhile = () => {}) {
    const lost: unknown[] = [];
    const count = countTogether(connection, { onLost: (error) => void lost.push(error), onBack: () => {} });
    const counted = Promise.all([count(key, windowMs), count(key, windowMs)]);
    meanwhile();
    return { lost, counts: (await counted).map(({ current }) => current) };
  }

  test('is counted there from the first request on, however busy the start was', async () => {
    const fresh = await connectRedis(server.url);
    busy(2_500);
    const { lost, counts } = await countTwice(fresh, 'any:first');
    fresh.disconnect();
    expect(lost).toEqual([]);
    expect(counts).toEqual([1, 2]);
    expect(await redis.get('sallyport-rate:any:first')).toBe('2');
  });

  test('is counted there while this process is too busy to read the answer', async () => {
    await redis.script('FLUSH'); // two answers then: that it knows no such script, and the count
    const { lost, counts } = await countTwice(redis, 'any:busy', () => busy(1_500));
    expect(lost).toEqual([]);
    expect(counts).toEqual([1, 2]);
    expect(await redis.get('sallyport-rate:any:busy')).toBe('2');
  });

  test('is counted here where nobody listens, and that is logged once', async () => {
    const away = await connectRedis('redis://127.0.0.1:1');
    const { lost, counts } = await countTwice(away, 'any:away');
    away.disconnect();
    expect(lost).toHaveLength(1);
    expect(counts).toEqual([1, 2]);
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
