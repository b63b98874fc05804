import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectPostgres } from '../../db/connect.ts';
import { migrate } from '../../db/migrate.ts';
import { createDatabase, serverUrl } from '../support/database.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { createWorld, type World } from '../support/world.ts';

describe.skipIf(!serverUrl)('HT-5 a database that is far away', { timeout: 60_000 }, () => {
  let world: World;
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const made = await createDatabase(serverUrl ?? '');
    drop = made.drop;
    proxy = await startTcpProxy(made.url);
    const database = connectPostgres(proxy.url, 10);
    await migrate(database.db);
    world = await createWorld({ database: { ...database, url: proxy.url } });
  });
  afterAll(async () => {
    await world.close();
    await proxy.close();
    await drop();
  });

  test('is waited for', async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    proxy.delay(50);
    expect((await ann.login()).status).toBe(200);
    proxy.mend();
  });

  test('and not for longer than ten seconds, however many statements there are; then all is well again', async () => {
    const ann = await world.user();
    proxy.delay(1_900); // nearly four seconds a statement, each of which is in time
    const answer = await Promise.race([
      ann.login('public', {}, { ip: '198.51.100.77' }),
      new Promise<never>((_resolve, reject) => setTimeout(reject, 10_000, new Error('It hung'))),
    ]);
    if (answer.status !== 200) {
      expect(answer).toMatchObject({ status: 503, type: '/problems/dependency-unavailable' });
      expect(answer.headers['retry-after']).toBeDefined();
      expect(answer.body).not.toHaveProperty('access_token');
    }
    proxy.mend();
    await expect.poll(async () => (await ann.login()).status, { timeout: 20_000 }).toBe(200);
  });
});
