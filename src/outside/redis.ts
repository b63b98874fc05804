import { Redis } from 'ioredis';

/** Without waiting: while it is away, commands fail at once, and it is tried again in the background. */
export function connectRedis(url: string): Redis {
  const redis = new Redis(url, {
    connectTimeout: 500,
    commandTimeout: 500,
    socketTimeout: 1_000, // a line that has fallen silent is hung up, not waited for
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    reconnectOnError: ({ message }) => message.startsWith('READONLY'), // a replica now: its name leads elsewhere
  });
  redis.on('error', () => {}); // whoever sends a command hears of it; each try to come back is not news
  return redis;
}
