import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, wrongCodeOf } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { expectOutage, validRequests } from '../support/outage.ts';
import { createProxiedWorld } from '../support/proxied-world.ts';
import type { startTcpProxy } from '../support/tcp-proxy.ts';
import type { World } from '../support/world.ts';

describe.skipIf(!serverUrl)('a PostgreSQL server behind a line that breaks', () => {
  let world: World;
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>;
  let direct: string;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ world, proxy, direct, close } = await createProxiedWorld());
  });
  afterEach(mended);
  afterAll(() => close());

  test('HT-5 attack 40 a line that is cut: 503 everywhere, and all is well when it is mended', async () => {
    const good = await validRequests(world);
    proxy.cut();
    await expectOutage(good);
    await mended();
    expect((await good.ann.login()).status).toBe(200);
    expect((await good.ann.verify(good.temp_token, codeOf(good.secret))).status).toBe(200);
  });

  test('HT-5 attack 40 a line that is silent: 503 everywhere in the end', async () => {
    const good = await validRequests(world);
    proxy.silence();
    await expectOutage(good);
    await mended();
    expect((await good.ann.login()).status).toBe(200);
  });

  test('HT-5 connections that are swallowed are given up after one question each', async () => {
    const { ann } = await validRequests(world);
    proxy.swallow();
    for (let round = 0; round < 2; round += 1)
      await Promise.all(Array.from({ length: 10 }, () => ann.login()));
    expect((await ann.login()).status).toBe(200);
  });

  test('HT-5 connections that the server ends are replaced', async () => {
    const { ann } = await validRequests(world);
    await onServer(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`);
    await mended();
    expect((await ann.login()).status).toBe(200);
  });

  test('HT-5 a statement that takes too long ends with 503, costs no attempt, and works afterwards', async () => {
    const { ann, secret } = await validRequests(world);
    const { temp_token } = (await ann.login()).body;
    const client = new pg.Client({ connectionString: direct });
    await client.connect();
    await client.query('begin; lock table throttles in access exclusive mode');
    const held = await ann.verify(temp_token, codeOf(secret));
    expect(held).toMatchObject({ status: 503, type: '/problems/dependency-unavailable' });
    expect(JSON.stringify(held.body)).not.toContain('token');
    await client.query('rollback');
    await client.end();
    expect(await ann.verify(temp_token, wrongCodeOf(secret))).toMatchObject({
      status: 403,
      body: { attempts_remaining: 2 },
    });
    expect((await ann.verify(temp_token, codeOf(secret))).status).toBe(200);
  });

  /** What broke is noticed in a moment; from then on new connections are made. */
  async function mended(): Promise<void> {
    proxy.mend();
    await expect.poll(async () => (await world.call('GET', '/health/ready')).status).toBe(200);
  }

  async function onServer(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: direct });
    await client.connect();
    await client.query(statement);
    await client.end();
  }
});
