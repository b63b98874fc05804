import type { Redis } from 'ioredis';
import { inTime, Silence } from '../lib/in-time.ts';

/** `current`: the requests of a key in its window, this one included. `ttl`: milliseconds until the window ends. */
export type Count = { readonly current: number; readonly ttl: number };

type Counter = (key: string, windowMs: number) => Count;

const most = 50_000;

/** Counts in this process. When the map is full, a new key replaces the key with the oldest window. */
export function countHere(clock: () => number = Date.now): Counter {
  const windows = new Map<string, { current: number; readonly from: number }>();
  return (key, windowMs) => {
    const now = clock();
    const known = windows.get(key);
    const age = known ? now - known.from : -1;
    if (known && age >= 0 && age < windowMs) {
      known.current += 1;
      return { current: known.current, ttl: windowMs - age };
    }
    windows.delete(key); // the window has ended, or it lies in the future because the clock was set back
    const [oldest] = windows.size >= most ? windows.keys() : [];
    if (oldest !== undefined) windows.delete(oldest);
    windows.set(key, { current: 1, from: now });
    return { current: 1, ttl: windowMs };
  };
}

/** Redis runs the script atomically. So no key stays without an expiry, or with an expiry after its window. */
const script = `local current = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 or left > tonumber(ARGV[1]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {current, left}`;

const nextTryMs = 1_000;
const answerMs = 500;

export type RedisObserver = {
  /** Called once when Redis fails, not for each request. */
  readonly onLost: (error: unknown) => void;
  readonly onBack: () => void;
};

/**
 * Counts in Redis for all instances. While Redis fails, each instance counts by itself with the same limits, and its
 * requests do not wait for Redis. Once a second, one request also tries Redis. After the first success all requests
 * are counted in Redis again.
 */
export function countTogether(redis: Redis, { onLost, onBack }: RedisObserver) {
  const here = countHere();
  const command = 'countRequest';
  redis.defineCommand(command, { numberOfKeys: 1, lua: script });
  let lost = false;
  let triedAt = 0;

  async function there(key: string, windowMs: number): Promise<Count> {
    const counted = Reflect.get(redis, command).call(redis, `sallyport-rate:${key}`, windowMs);
    const [current, ttl]: unknown[] = await inTime(counted, answerMs);
    return { current: Number(current), ttl: Math.min(Number(ttl), windowMs) };
  }

  function lose(error: unknown) {
    triedAt = performance.now();
    if (error instanceof Silence) redis.disconnect(true); // reconnects, because a silent connection may stay silent
    if (!lost) onLost(error);
    lost = true;
  }

  function tryAgain(key: string, windowMs: number) {
    if (performance.now() - triedAt < nextTryMs) return;
    triedAt = performance.now();
    there(key, windowMs).then(() => {
      if (lost) onBack();
      lost = false;
    }, lose);
  }

  return (key: string, windowMs: number): Count | Promise<Count> => {
    if (lost) {
      tryAgain(key, windowMs);
      return here(key, windowMs);
    }
    return there(key, windowMs).catch((error) => {
      if (!lost) lose(error); // several requests may fail together; the first reports it
      return here(key, windowMs);
    });
  };
}
