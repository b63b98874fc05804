import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectPostgres, type Database } from '../../db/connect.ts';
import { createDatabase, freshDatabase, serverUrl } from '../support/database.ts';
import { until } from '../support/programs.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const notify = ({ db }: Pick<Database, 'db'>, channel: string, payload: string) =>
  sql`select pg_notify(${channel}, ${payload})`.execute(db);

test('SE-7 every listener receives a notification when, and only when, it is committed', async () => {
  const database = await freshDatabase();
  const received: string[] = [];
  await database.listen('news', (payload) => void received.push(payload));
  await database.db
    .transaction()
    .execute(async (tx) => {
      await notify({ db: tx }, 'news', 'undone');
      throw new Error('no');
    })
    .catch(() => {});
  await notify(database, 'other', 'elsewhere');
  await notify(database, 'news', 'ann');
  await expect.poll(() => received).toEqual(['ann']);
  await database.close();
});

describe.skipIf(!serverUrl)('listening on PostgreSQL', () => {
  let direct: string;
  let drop: () => Promise<void>;
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>;
  let near: Database;
  let far: Database;
  const received: string[] = [];
  beforeAll(async () => {
    const made = await createDatabase();
    direct = made.url;
    drop = made.drop;
    proxy = await startTcpProxy(direct);
    near = connectPostgres(proxy.url, 2, { listening: { lookMs: 50, proofMs: 200, answerMs: 1_000 } });
    far = connectPostgres(direct, 2);
    await near.listen('news', (payload) => void received.push(payload));
  });
  afterAll(async () => {
    await near.close();
    await far.close();
    await proxy.close();
    await drop();
  });

  /** Notifies until it is received. A notification without a listener is lost, and a cache of five seconds covers that. */
  async function listensAgain(word: string) {
    await expect
      .poll(
        async () => {
          await notify(far, 'news', word);
          return received.includes(word);
        },
        { timeout: 10_000, interval: 50 },
      )
      .toBe(true);
  }

  test('SE-7 goes on after the server has ended the connection', async () => {
    await listensAgain('before');
    const client = new pg.Client({ connectionString: direct });
    await client.connect();
    const ended = await client.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query like 'listen %'`);
    expect(ended.rowCount).toBe(1);
    await client.end();
    await listensAgain('after the end');
  });

  test('SE-7 goes on after the server was away for a while, and delivers each word once', async () => {
    proxy.cut();
    const before = proxy.refusedCount();
    await until('it has tried more than once to come back', () => proxy.refusedCount() > before + 1);
    proxy.mend();
    await listensAgain('after the cut');
    received.length = 0;
    await notify(far, 'news', 'once');
    await expect.poll(() => received).toContain('once');
    expect(received.filter((word) => word === 'once')).toHaveLength(1);
  });

  test('SE-7 goes on after its line was swallowed without an error', async () => {
    await listensAgain('before it is swallowed');
    proxy.swallow();
    await listensAgain('after it was swallowed');
  });
});
