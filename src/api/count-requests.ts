import type { Redis } from 'ioredis';
import { inTime, Silence } from '../lib/in-time.ts';

/** What was counted of a key, this time included, and for how many more milliseconds it counts. */
export type Count = { readonly current: number; readonly ttl: number };

type Counter = (key: string, windowMs: number) => Count;

const most = 50_000;

/** Counts in this process. Of the keys that are known the oldest makes room. */
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
    windows.delete(key); // a window that is over, or that a clock set back has put into the future
    const [oldest] = windows.size >= most ? windows.keys() : [];
    if (oldest !== undefined) windows.delete(oldest);
    windows.set(key, { current: 1, from: now });
    return { current: 1, ttl: windowMs };
  };
}

/** One step in Redis, so that a key never stays there without an end, nor with one beyond the window. */
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
  /** Once when it fails, not for each request. */
  readonly onLost: (error: unknown) => void;
  readonly onBack: () => void;
};

/**
 * Counts in Redis for all instances. While it fails each instance counts for itself, with the same limits, and waits
 * for nobody: one request a second tries it besides, and as soon as one has been counted there, all are again.
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
    if (error instanceof Silence) redis.disconnect(true); // and anew: a line that has fallen silent may stay so
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
      if (!lost) lose(error); // of those that waited together the first has said it
      return here(key, windowMs);
    });
  };
}
