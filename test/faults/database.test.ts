import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectOutage, routesWithoutDatabase, validRequests } from '../support/outage.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let good: Awaited<ReturnType<typeof validRequests>>;
beforeAll(async () => {
  world = await createWorld({ newDatabase: true });
  good = await validRequests(world);
});
afterAll(() => world.app.close());

describe('while the database is there', () => {
  test('HT-5 attack 40 every request that will be refused would have been answered', async () => {
    const { requests } = await validRequests(world);
    for (const { name, send } of requests) expect((await send()).status, name).toBeLessThan(500);
    expect(requests.length).toBeGreaterThan(routesWithoutDatabase.length + 15);
  });

  test('HT-5 a service that can work says so', async () => {
    expect(await world.call('GET', '/health/ready')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
});

describe('when the database is closed', () => {
  beforeAll(() => world.database.close());

  test('HT-5 attack 40 every route that needs it answers 503, and none with a token', async () => {
    await expectOutage(good);
  });

  test('HT-5 the process lives, and is not ready', async () => {
    expect(await world.call('GET', '/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await world.call('GET', '/health/ready')).toMatchObject({
      status: 503,
      type: '/problems/not-ready',
      body: { not_ready: ['database'] },
    });
  });

  test('HT-5 no answer and no log line says which database it was, or what was asked of it', async () => {
    const from = world.logs.length;
    const answers = await Promise.all(good.requests.map(({ send }) => send()));
    const shown = answers.map(({ body }) => JSON.stringify(body)).join('\n');
    expect(shown).not.toMatch(/postgres|pglite|kysely|select |insert |\bat .+:\d+|\.ts\b/i);
    const logged = world.logs.slice(from);
    expect(logged.length).toBeGreaterThan(15);
    expect(logged.join('')).not.toMatch(/select |insert |postgres:\/\//i);
  });
});
