import { Redis } from 'ioredis';

/**
 * A connection that stands, or a first try that has failed: whoever gets it asks at once. While Redis is away, commands
 * fail at once, and it is tried again in the background.
 */
export async function connectRedis(url: string): Promise<Redis> {
  const redis = new Redis(url, {
    connectTimeout: 2_000,
    // Of a line that falls silent, even before it is ready. Whoever sends a command gives it less, see in-time.ts.
    socketTimeout: 5_000,
    disconnectTimeout: 500,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    reconnectOnError: ({ message }) => message.startsWith('READONLY'), // a replica now: its name leads elsewhere
  });
  redis.on('error', () => {}); // whoever sends a command hears of it; each try to come back is not news
  await new Promise<void>((resolve) => {
    for (const event of ['ready', 'close'] as const) redis.once(event, () => resolve());
  });
  return redis;
}
