import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { serverUrl } from '../support/database.ts';
import { createProxiedWorld } from '../support/proxied-world.ts';
import type { startTcpProxy } from '../support/tcp-proxy.ts';
import type { World } from '../support/world.ts';

describe.skipIf(!serverUrl)('HT-5 a database that is far away', { timeout: 60_000 }, () => {
  let world: World;
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ world, proxy, close } = await createProxiedWorld());
  });
  const mended = async () => {
    proxy.mend();
    const ready = async () => (await world.call('GET', '/health/ready')).status;
    await expect.poll(ready, { timeout: 20_000, interval: 250 }).toBe(200);
  };
  afterEach(mended);
  afterAll(() => close());

  test('is waited for', async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    proxy.delay(50);
    expect((await ann.login()).status).toBe(200);
  });

  test('and not for longer than ten seconds, however many statements there are; then all is well again', async () => {
    const ann = await world.user();
    const bearer = (await ann.login()).body.access_token;
    const change = { current_password: ann.password, new_password: 'nine dry umbrellas' };
    proxy.delay(1_900); // nearly four seconds a statement, and each is in time
    const answer = await Promise.race([
      world.call('POST', '/auth/password', change, { bearer }),
      new Promise<never>((_resolve, reject) => setTimeout(reject, 10_000, new Error('It hung'))),
    ]);
    expect(answer).toMatchObject({ status: 503, type: '/problems/dependency-unavailable' });
    expect(answer.headers['retry-after']).toBeDefined();
    await mended();
    expect((await ann.login()).status).toBe(200);
  });
});
