import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectPostgres } from '../../db/connect.ts';
import { createVault } from '../../src/lib/crypto/vault.ts';
import { createDatabase, serverUrl } from '../support/database.ts';
import { httpCaller } from '../support/http-caller.ts';
import { type Instance, startInstance } from '../support/instances.ts';
import { until } from '../support/programs.ts';
import { redisProgram, startRedis } from '../support/redis-server.ts';
import { recordOutput, startRecord } from '../support/secret-record.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { createWorld, issuer, type World } from '../support/world.ts';
import { judge, openedFor, type Scene, sceneOf, scenes, useAtOnce, useOnceMore } from './once.ts';

type Line = Awaited<ReturnType<typeof startTcpProxy>>;
type Member = { readonly instance: Instance; readonly postgres: Line };

/** What happens to one of the two instances, and what ends it. */
type Trouble = {
  readonly strike: (member: Member, redis: Line) => void;
  readonly mend: (member: Member, redis: Line) => Promise<void> | void;
};

const troubles: Readonly<Record<string, Trouble>> = {
  'is killed': {
    strike: ({ instance }) => void instance.stop('SIGKILL'),
    mend: async ({ instance }) => {
      await instance.stop('SIGKILL');
      await instance.start();
    },
  },
  'stands still': {
    strike: ({ instance }) => instance.freeze(),
    mend: ({ instance }) => instance.thaw(),
  },
  'loses its line to PostgreSQL': {
    strike: ({ postgres }) => postgres.cut(),
    mend: ({ postgres }) => postgres.mend(),
  },
  'loses an answer of PostgreSQL': {
    strike: ({ postgres }) => postgres.swallow(),
    mend: ({ postgres }) => postgres.mend(),
  },
  'hears nothing from PostgreSQL': {
    strike: ({ postgres }) => postgres.silence(),
    mend: ({ postgres }) => postgres.mend(),
  },
  'loses Redis': {
    strike: (_, redis) => redis.cut(),
    mend: (_, redis) => redis.mend(),
  },
  'hears nothing from Redis': {
    strike: (_, redis) => redis.silence(),
    mend: (_, redis) => redis.mend(),
  },
};

const rounds = Number(process.env.MODEL_ROUNDS ?? 1);
const names = Object.keys(scenes);

/*
 * Each credential is used from all sides at both instances, and one of them is struck in the middle: after so many answers
 * of its database. What has no answer may have been done or not. What is left must be one success at most, in an order
 * that the calls could have had.
 */
describe.skipIf(!serverUrl || !redisProgram)('it is good once, where one of two instances', () => {
  let world: World;
  let redis: Line;
  let members: readonly [Member, Member];
  let callers: ReturnType<typeof httpCaller>[];
  let close: () => Promise<void>;

  beforeAll(async () => {
    const made = await createDatabase();
    const record = startRecord();
    const key = randomBytes(32);
    record.secret('vault key', key.toString('base64'));
    const server = await startRedis();
    redis = await startTcpProxy(server.url);
    const start = async (): Promise<Member> => {
      const postgres = await startTcpProxy(made.url);
      const settings = {
        DATABASE_URL: postgres.url,
        REDIS_URL: redis.url,
        VAULT_KEYS: `test:${key.toString('base64')}`,
        ISSUER: issuer,
        LOG_LEVEL: 'warn',
        RATE_LIMIT_PER_MINUTE: '1000000',
        LOGIN_LIMIT_PER_MINUTE: '1000000',
      };
      const instance = await startInstance(settings, (child) => void recordOutput(child, record));
      return { instance, postgres };
    };
    members = [await start(), await start()]; // the first migrates
    callers = members.map(({ instance }) => httpCaller(instance.url, undefined, record));
    const database = connectPostgres(made.url, 10);
    const vault = createVault([{ id: 'test', key }]);
    world = await createWorld({ database: { ...database, url: made.url }, vault });
    close = async () => {
      for (const { instance } of members) instance.thaw();
      await Promise.all(members.map(({ instance }) => instance.stop('SIGKILL')));
      await Promise.all(callers.map((caller) => caller.close()));
      await world.close();
      for (const line of [redis, ...members.map(({ postgres }) => postgres)]) await line.close();
      await server.close();
      await made.drop();
    };
  }, 60_000);
  afterAll(() => close());

  test.each(Object.keys(troubles))('%s', async (name) => {
    const trouble = troubles[name];
    if (!trouble) throw new Error('It is in the list');
    for (let round = 0; round < rounds; round += 1)
      expect(await play(trouble, Math.floor(Math.random() * 2), round)).toEqual([]);
  });

  /** All credentials at once: then an outage is long enough for all. */
  async function play({ strike, mend }: Trouble, at: number, round: number): Promise<string[]> {
    const [one, two] = members;
    const [struck, other] = at === 0 ? [one, two] : [two, one];
    const all: Scene[] = [];
    for (const name of names) all.push(await sceneOf(world, name)); // in turn, because some read the mails of all
    const before = await Promise.all(all.map((scene) => openedFor(world, scene)));

    let waiting = 0;
    const calls = callers.map(({ call }, which): World['call'] => async (...request) => {
      const isOther = members[which] === other;
      if (isOther) waiting += 1;
      const answer = await call(...request);
      if (isOther) waiting -= 1;
      return answer;
    });
    struck.postgres.strikeAfter(Math.floor(Math.random() * 60), () => strike(struck, redis));
    const playing = Promise.all(all.map((scene, which) => useAtOnce(calls, scene, round + which)));
    let isOver = false;
    void playing.finally(() => {
      isOver = true;
    });
    // The other one has answered what it was asked, and this one has been struck.
    await until('the outage has done what it can', () => {
      return isOver || (struck.postgres.hasBroken() && waiting === 0);
    });
    struck.postgres.strikeAfter(Number.POSITIVE_INFINITY, () => {});
    await mend(struck, redis);
    const records = await playing;
    await until('both are there again', async () => {
      const ready = await Promise.all(members.map(({ instance }) => instance.isReady()));
      return ready.every(Boolean);
    });
    const found: string[] = [];
    for (const [which, scene] of all.entries()) {
      const [name, record] = [names[which], records[which]];
      if (name === undefined || record === undefined) continue;
      await useOnceMore(
        callers.map(({ call }) => call),
        scene,
        record,
      );
      const opened = (await openedFor(world, scene)) - (before[which] ?? 0);
      found.push(...judge(name, record, opened));
    }
    return found;
  }
});
