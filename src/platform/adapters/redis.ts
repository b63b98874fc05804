import { Redis } from 'ioredis';

/**
 * Resolves after the first attempt to connect, whether it succeeded or failed, so that callers can send commands at
 * once. While Redis is away, commands fail at once and the client reconnects in the background.
 */
export async function connectRedis(url: string): Promise<Redis> {
  const redis = new Redis(url, {
    connectTimeout: 2_000,
    // For a connection that falls silent, even before it is ready. Callers give a command less time, see in-time.ts.
    socketTimeout: 5_000,
    disconnectTimeout: 500,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    reconnectOnError: ({ message }) => message.startsWith('READONLY'), // now a replica: the name has moved
  });
  redis.on('error', () => {}); // callers get the errors of their commands; a failed reconnect is not worth a line
  await new Promise<void>((resolve) => {
    for (const event of ['ready', 'close'] as const) redis.once(event, () => resolve());
  });
  return redis;
}
