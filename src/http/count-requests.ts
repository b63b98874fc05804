import type { Redis } from 'ioredis';

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
/** So long the first requests wait for a connection that is only being made. */
const beginMs = 1_000;

export type ToldOfRedis = {
  /** Once when it fails, not for each request. */
  readonly onLost: (error: unknown) => void;
  readonly onBack: () => void;
};

/**
 * Counts in Redis for all instances. While it fails each instance counts for itself, with the same limits, and waits
 * for nobody: one request a second tries it besides, and as soon as one has been counted there, all are again.
 */
export function countTogether(redis: Redis, { onLost, onBack }: ToldOfRedis) {
  const here = countHere();
  const command = 'countRequest';
  redis.defineCommand(command, { numberOfKeys: 1, lua: script });
  let lost = false;
  let triedAt = 0;
  const begun = firstConnection(redis);

  async function there(key: string, windowMs: number): Promise<Count> {
    if (redis.status !== 'ready') await begun; // a Redis that has not been asked yet is not away
    const [current, ttl]: unknown[] = await Reflect.get(redis, command).call(
      redis,
      `sallyport-rate:${key}`,
      windowMs,
    );
    return { current: Number(current), ttl: Math.min(Number(ttl), windowMs) };
  }

  function lose(error: unknown) {
    triedAt = performance.now();
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
      lose(error);
      return here(key, windowMs);
    });
  };
}

/** Settles once, when the first connection is made, or has failed, or takes too long. */
function firstConnection(redis: Redis): Promise<void> {
  return new Promise((resolve) => {
    if (redis.status === 'ready') return resolve();
    const timer = setTimeout(resolve, beginMs).unref();
    for (const event of ['ready', 'close'] as const)
      redis.once(event, () => {
        clearTimeout(timer);
        resolve();
      });
  });
}
