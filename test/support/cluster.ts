import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { connectPostgres } from '../../db/connect.ts';
import { createVault } from '../../src/lib/crypto/vault.ts';
import { actions, type Person } from './actor.ts';
import { createDatabase, serverUrl } from './database.ts';
import { httpCaller } from './http-caller.ts';
import { startInstance } from './instances.ts';
import { nginxProgram, startBalancer } from './nginx.ts';
import { redisProgram, startRedis } from './redis-server.ts';
import { recordOutput, startRecord } from './secret-record.ts';
import { createWorld, issuer } from './world.ts';

/** Two processes need a PostgreSQL that they share, and what stands between and beside them. */
export const canCluster = Boolean(serverUrl && nginxProgram && redisProgram);

export type Cluster = Awaited<ReturnType<typeof startCluster>>;

type Options = {
  /** Else a database of its own on the server of the tests. */
  readonly databaseUrl?: string;
  /** What the processes use where it is not the same, such as a line to it that breaks. */
  readonly serviceDatabaseUrl?: (url: string) => Promise<string>;
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * Two processes of the service behind a real nginx, on one PostgreSQL and one Redis. Beside them a world in the test's
 * own process on the same database, as a third instance: people are made there, and rows are looked at.
 */
export async function startCluster({ databaseUrl, serviceDatabaseUrl, env = {} }: Options = {}) {
  const made = databaseUrl ? { url: databaseUrl, drop: async () => {} } : await createDatabase();
  const record = startRecord();
  const key = randomBytes(32);
  record.secret('vault key', key.toString('base64'));
  const vault = createVault([{ id: 'test', key }]);
  const redis = await startRedis();
  const settings = {
    DATABASE_URL: (await serviceDatabaseUrl?.(made.url)) ?? made.url,
    VAULT_KEYS: `test:${key.toString('base64')}`,
    REDIS_URL: redis.url,
    ISSUER: issuer,
    TRUST_PROXY: '1',
    RATE_LIMIT_PER_MINUTE: '1000000',
    LOGIN_LIMIT_PER_MINUTE: '1000000',
    ...env,
  };
  const onStart = (child: ChildProcess) => void recordOutput(child, record);
  const first = await startInstance(settings, onStart); // migrates
  const second = await startInstance(settings, onStart);
  const database = connectPostgres(made.url, 5);
  const world = await createWorld({ database: { ...database, url: made.url }, vault });
  const balancer = await startBalancer([first.port, second.port]);
  const callers = [balancer.url, first.url, second.url].map((url) => httpCaller(url, undefined, record));
  const [through, one, two] = callers.map(({ call }) => call);
  if (!through || !one || !two) throw new Error('three callers were made');

  /** Somebody of the world, who calls by the balancer. */
  const over = (person: Person, call = through) =>
    actions({ call, texts: world.texts, mails: world.mails }, person);

  const close = async () => {
    await Promise.all([first.stop('SIGKILL'), second.stop('SIGKILL')]);
    await Promise.all([balancer.close(), redis.close(), ...callers.map((caller) => caller.close())]);
    await world.close();
    await made.drop();
  };
  return {
    world,
    instances: [first, second] as const,
    balancer,
    redis,
    call: through,
    one,
    two,
    over,
    record,
    settings,
    close,
  };
}
