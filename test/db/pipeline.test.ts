import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectPostgres, type Database, type Db, pipelined } from '../../db/connect.ts';
import { createDatabase, serverUrl } from '../support/database.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

describe.skipIf(!serverUrl)('statements that share a transaction', () => {
  let made: Awaited<ReturnType<typeof createDatabase>>;
  let database: Database;

  beforeAll(async () => {
    made = await createDatabase();
    database = connectPostgres(made.url, 5);
    await sql`create table counts (name text primary key, count int not null check (count < 100))`.execute(
      database.db,
    );
  });

  afterAll(async () => {
    await database.close();
    await made.drop();
  });

  const transactionOf = (db: Db, name: string) =>
    sql<{ name: string; transaction: string }>`
      select ${name}::text as name, pg_current_xact_id()::text as transaction`
      .execute(db)
      .then(({ rows: [row] }) => row);
  const add = (db: Db, name: string, by = 1) =>
    sql<{ count: number }>`
      insert into counts as c values (${name}::text, ${by}::int)
      on conflict (name) do update set count = c.count + excluded.count returning count`
      .execute(db)
      .then(({ rows: [row] }) => row?.count);
  const countOf = (name: string) =>
    sql<{ count: number }>`select count from counts where name = ${name}`
      .execute(database.db)
      .then(({ rows: [row] }) => row?.count ?? 0);

  test('the first leaves alone, and those that arrive meanwhile leave together, each with its own result', async () => {
    const db = pipelined(database.db);
    const all = await Promise.all(['a', 'b', 'c', 'd'].map((name) => transactionOf(db, name)));
    expect(all.map((one) => one?.name)).toEqual(['a', 'b', 'c', 'd']);
    const [first, ...others] = all.map((one) => one?.transaction);
    expect(new Set(others).size).toBe(1);
    expect(others).not.toContain(first);
  });

  test('a later one sees what an earlier one of the same batch wrote', async () => {
    const db = pipelined(database.db);
    const [, ...counts] = await Promise.all([
      transactionOf(db, 'first'),
      ...[1, 1, 1].map(() => add(db, 'same')),
    ]);
    expect(counts).toEqual([1, 2, 3]);
  });

  test('one that fails fails alone, and the others have their effect once', async () => {
    const db = pipelined(database.db);
    const [, before, failed, after] = await Promise.allSettled([
      transactionOf(db, 'first'),
      add(db, 'before'),
      add(db, 'too many', 100),
      add(db, 'after'),
    ]);
    expect([before, after]).toMatchObject([{ value: 1 }, { value: 1 }]);
    expect(failed).toMatchObject({ reason: { code: '23514' } });
    expect(await Promise.all(['before', 'too many', 'after'].map(countOf))).toEqual([1, 0, 1]);
  });

  test('a text that the server refuses leaves the other statements of its batch usable', async () => {
    const db = pipelined(database.db);
    const together = () =>
      Promise.allSettled([
        transactionOf(db, 'first'),
        sql`select ${1}::int from nowhere`.execute(db),
        sql<{ two: number }>`select ${2}::int as two`.execute(db).then(({ rows }) => rows),
      ]);
    for (const round of [await together(), await together()]) {
      expect(round[1]).toMatchObject({ reason: { code: '42P01' } });
      expect(round[2]).toMatchObject({ value: [{ two: 2 }] });
    }
  });

  test('a locked row keeps only its own statement waiting', async () => {
    const db = pipelined(database.db);
    await add(db, 'locked');
    let waiting: Promise<unknown> = Promise.resolve();
    await database.db.transaction().execute(async (tx) => {
      await add(tx, 'locked');
      const first = transactionOf(db, 'first');
      waiting = add(db, 'locked');
      expect(await add(db, 'free')).toBe(1);
      await first;
    });
    expect(await waiting).toBe(3);
  });

  test('only those that share a transaction have a limit for locks', async () => {
    const db = pipelined(database.db);
    const limit = (name: string) =>
      sql<{ limit: string }>`select current_setting(${name}::text) as limit`
        .execute(db)
        .then(({ rows: [row] }) => row?.limit);
    const limits = ['lock_timeout', 'lock_timeout', 'lock_timeout'].map(limit);
    expect(await Promise.all(limits)).toEqual(['0', '200ms', '200ms']);
    expect(await limit('lock_timeout')).toBe('0');
  });

  test('a single statement that waits for a lock holds up no other', async () => {
    const db = pipelined(database.db);
    await add(db, 'alone');
    let waiting: Promise<unknown> = Promise.resolve();
    await database.db.transaction().execute(async (tx) => {
      await add(tx, 'alone');
      waiting = add(db, 'alone');
      expect(await add(db, 'beside')).toBe(1);
    });
    expect(await waiting).toBe(3);
  });

  test('a lost answer fails them all, and sends none again', async () => {
    const proxy = await startTcpProxy(made.url);
    const cut = connectPostgres(proxy.url, 5);
    try {
      const db = pipelined(cut.db);
      await add(db, 'lost');
      proxy.loseAfter(1);
      const all = await Promise.allSettled([transactionOf(db, 'first'), add(db, 'lost'), add(db, 'lost')]);
      expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
      expect(await countOf('lost')).toBe(3); // the server had committed
    } finally {
      await cut.close();
      await proxy.close();
    }
  });

  test('a transaction, and a text that could begin one, share with nobody', async () => {
    const db = pipelined(database.db);
    await database.db.transaction().execute(async (tx) => expect(pipelined(tx)).toBe(tx));
    await expect(db.transaction().execute((tx) => add(tx, 'begun'))).rejects.toThrow('single statements');
    expect(await countOf('begun')).toBe(0);
  });
});
