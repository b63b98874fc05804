import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, canCluster, startCluster } from '../support/cluster.ts';
import {
  createAttempts,
  findInconsistencies,
  logInWithRetries,
  unexpectedAnswers,
} from '../support/login-attempts.ts';
import { hasPostgres, type PostgresServer, startPostgres, startStandby } from '../support/postgres-server.ts';
import { until } from '../support/programs.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

describe.skipIf(!canCluster || !hasPostgres)('a PostgreSQL of our own, under logins', () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>;
  let cluster: Cluster;
  beforeAll(async () => {
    primary = await startPostgres();
    proxy = await startTcpProxy(primary.url);
    // The test's own instance goes by the same line, so that it follows to the standby, too.
    cluster = await startCluster({ databaseUrl: proxy.url, env: { LOG_LEVEL: 'error' } });
  });
  afterAll(async () => {
    await cluster.close();
    await proxy.close();
    await primary.close();
    await standby?.close();
  });

  /** Logins of thirty people. In the middle, something happens. */
  async function throughout(happens: () => Promise<void>): Promise<void> {
    const attempts = await createAttempts(cluster.world, 30);
    const all = Promise.all(attempts.map((attempt) => logInWithRetries(cluster, attempt)));
    await until('some are in', () => attempts.filter((attempt) => attempt.in).length > 3);
    await happens();
    await all;
    await until(
      'the test has its database',
      async () => (await cluster.world.call('GET', '/health/ready')).status === 200,
    );
    expect(
      attempts.filter((attempt) => !attempt.in).map(({ answers, refusals }) => [answers, refusals]),
    ).toEqual([]);
    expect(unexpectedAnswers(attempts)).toEqual([]);
    expect(await findInconsistencies(cluster.world, attempts)).toEqual([]);
  }

  /** The other instance is notified of a change, or its cache is at most five seconds old. */
  async function expectNotified(): Promise<void> {
    const ann = await cluster.world.user();
    const bearer = (await cluster.over(ann, cluster.one).login()).body.access_token;
    const there = async () => (await cluster.two('GET', '/auth/me', undefined, { bearer })).status;
    expect(await there()).toBe(200);
    expect((await cluster.one('POST', '/auth/logout', undefined, { bearer })).status).toBe(204);
    await expect.poll(there, { timeout: 60_000 }).toBe(401);
  }

  test('HT-5 restarted: a user who asks again gets in, and no code works twice', async () => {
    await throughout(() => primary.restart('fast'));
    await expectNotified();
  });

  test('HT-5 crashed and recovered: likewise', async () => {
    await throughout(() => primary.restart('immediate'));
    await expectNotified();
  });

  test('HT-5 a standby that is answered by mistake is 503 to a request that writes, and not ready', async () => {
    standby = await startStandby(primary);
    const ann = await cluster.world.user();
    proxy.lead(standby.url);
    proxy.mend(); // the connections from before end
    await expect
      .poll(async () => (await cluster.one('GET', '/health/ready')).status, { timeout: 60_000 })
      .toBe(503);
    const refused = await cluster.over(ann, cluster.one).login();
    expect(refused).toMatchObject({ status: 503, type: '/problems/dependency-unavailable' });
    expect(refused.headers['retry-after']).toBeDefined();

    proxy.lead(primary.url); // and nobody ends the connections to the standby
    await expect
      .poll(async () => (await cluster.over(ann, cluster.one).login()).status, { timeout: 20_000 })
      .toBe(200);
    await expect
      .poll(async () => (await cluster.over(ann, cluster.two).login()).status, { timeout: 20_000 })
      .toBe(200);
  });

  test('HT-5 failed over to a standby that follows synchronously: likewise', async () => {
    await onPrimary("alter system set synchronous_standby_names = '*'");
    await onPrimary('select pg_reload_conf()');
    await throughout(async () => {
      await primary.stop('immediate');
      await standby.promote();
      proxy.lead(standby.url);
    });
    await expectNotified();
  });

  async function onPrimary(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: primary.url });
    await client.connect();
    await client.query(statement);
    await client.end();
  }
});
