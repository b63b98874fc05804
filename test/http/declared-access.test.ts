import { expect, test } from 'vitest';
import { guard, publicRoute } from '../../src/api/access/guard.ts';
import { buildApp } from '../../src/api/build-app.ts';
import { apiRoutes, takesBearer } from '../support/api-routes.ts';
import { useWorld } from '../support/use-world.ts';
import { issuer } from '../support/world.ts';

const world = useWorld();

/** The service before its start-up has ended, when a feature may still add routes. */
function starting(production = false) {
  const limits = { requestsPerMinute: 100, loginsPerMinute: 100, redis: null };
  return buildApp(world.deps, {
    issuer,
    corsOrigins: [],
    trustProxyHops: 0,
    limits,
    production,
    logger: false,
  });
}

const answer = async () => ({ fine: true });

test('attack 33 a route that does not say who may call it stops the start-up', async () => {
  const app = await starting();
  expect(() => app.get('/forgotten', answer)).toThrow('GET /forgotten declares no guard');
  expect(() => app.route({ method: ['POST', 'PUT'], url: '/forgotten', handler: answer })).toThrow(
    '/forgotten',
  );
  await app.close();
});

test('attack 33 a hook that is no guard, or a guard that comes too late, is no declaration', async () => {
  const app = await starting();
  const onRequest = async () => {};
  expect(() => app.get('/looks-guarded', { onRequest }, answer)).toThrow('declares no guard');
  expect(() => app.get('/late', { preHandler: guard({ area: 'own' }) }, answer)).toThrow('declares no guard');
  await app.close();
});

test('attack 33 a route whose plugin is added later stops the start-up as well', async () => {
  const app = await starting();
  app.register(async (plugin) => void plugin.get('/in-a-plugin', answer));
  await expect(app.ready()).rejects.toThrow('GET /in-a-plugin declares no guard');
});

test('attack 33 only the page that shows the API needs no declaration, and nothing that looks like it', async () => {
  const app = await starting(true);
  expect(() => app.get('/docs-of-somebody', answer)).toThrow('declares no guard');
  expect(() => app.get('/documents', answer)).toThrow('declares no guard');
  await app.close();
});

test('attack 33 a route that declares itself open, or a guard, is served by that', async () => {
  const app = await starting();
  app.get('/for-all', { onRequest: publicRoute }, answer);
  app.get('/for-some', { onRequest: guard({ area: 'admin' }) }, answer);
  await app.ready();
  expect((await app.inject('/for-all')).statusCode).toBe(200);
  expect((await app.inject('/for-some')).statusCode).toBe(401);
  await app.close();
});

test('attack 33 the document says of each route behind a bearer that it is', async () => {
  for (const { method, url, name, operation } of await apiRoutes(world)) {
    const body = method === 'GET' || method === 'DELETE' ? undefined : {};
    const { status, type } = await world.call(method, url, body);
    const guarded = status === 401 && type === '/problems/authentication-required';
    expect(takesBearer(operation), name).toBe(guarded);
  }
});
