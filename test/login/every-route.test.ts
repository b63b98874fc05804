import { describe, expect, test } from 'vitest';
import { guard, publicRoute } from '../../src/api/access/guard.ts';
import { type AppOptions, buildApp } from '../../src/api/build-app.ts';
import { apiRoutes, openRoutes, takesBearer } from '../support/api-routes.ts';
import { useWorld } from '../support/use-world.ts';
import { createWorld, issuer } from '../support/world.ts';

const options: AppOptions = {
  issuer,
  corsOrigins: ['https://portal.example'],
  trustProxyHops: 0,
  limits: { requestsPerMinute: 100_000, loginsPerMinute: 100_000, redis: null },
  production: true,
  logger: false,
};

const world = useWorld();

describe('attack 33: a route', () => {
  test('that declares no guard stops the start-up', async () => {
    const app = await buildApp(world.deps, options);
    const handler = async () => ({ data: 'sensitive' });
    expect(() => app.get('/forgotten', handler)).toThrow('GET /forgotten declares no guard');
    expect(() => app.post('/hooked', { onRequest: async () => {} }, handler)).toThrow('declares no guard');
    expect(() => app.get('/late', { preHandler: guard({ area: 'admin' }) }, handler)).toThrow(
      'declares no guard',
    );
    expect(() => app.get('/guarded', { onRequest: guard({ area: 'admin' }) }, handler)).not.toThrow();
    expect(() => app.get('/open', { onRequest: publicRoute }, handler)).not.toThrow();
    await app.close();
  });

  test('is either among the few that are open, or asks for a token first', async () => {
    const routes = await apiRoutes(world);
    const names = routes.map(({ name }) => name);
    for (const name of openRoutes) expect(names).toContain(name);
    for (const { method, url, name } of routes) {
      const { type } = await world.call(method, url);
      const asks = type === '/problems/authentication-required';
      expect({ name, asks }).toEqual({ name, asks: !openRoutes.includes(name) });
    }
  });

  test('says in the API document whether it takes a bearer', async () => {
    for (const { name, operation } of await apiRoutes(world)) {
      const bearer = takesBearer(operation);
      expect({ name, bearer }).toEqual({ name, bearer: !openRoutes.includes(name) });
    }
  });
});

describe('SE-13: Cache-Control', () => {
  const cacheable = ['jwks.json', 'oauth-authorization-server', 'ssf-configuration'].map(
    (name) => `GET /.well-known/${name}`,
  );

  test('is no-store on every route but keys and metadata, also where it refuses', async () => {
    for (const { method, url, name } of await apiRoutes(world)) {
      const { headers } = await world.call(method, url);
      const expected = cacheable.includes(name) ? 'public, max-age=300' : 'no-store';
      expect({ name, says: headers['cache-control'] }).toEqual({ name, says: expected });
    }
  });

  test('is no-store with tokens, and with every kind of refusal', async () => {
    const { call } = world;
    const ann = await world.user();
    const login = await ann.login();
    const bearer = login.body.access_token;
    const big = { username: 'x'.repeat(20_000), password: 'x' };
    const text = { headers: { 'content-type': 'text/plain' } };
    const answers = {
      200: login,
      204: await call('POST', '/auth/sessions/activity', undefined, { bearer }),
      400: await call('POST', '/auth/login', { username: 1 }),
      401: await call('GET', '/auth/me', undefined, { bearer: 'x.y.z' }),
      403: await ann.login('admin'),
      404: await call('GET', '/no/such/route'),
      405: await call('DELETE', '/auth/login'),
      413: await call('POST', '/auth/login', big),
      415: await call('POST', '/auth/login', { username: 'x' }, text),
    };
    for (const [expected, { status, headers }] of Object.entries(answers)) {
      expect({ status, says: headers['cache-control'] }).toEqual({
        status: Number(expected),
        says: 'no-store',
      });
    }
  });

  test('is no-store where an address asks too often', async () => {
    const limited = await createWorld({
      app: { limits: { requestsPerMinute: 2, loginsPerMinute: 1, redis: null } },
    });
    const login = { username: 'nobody', password: 'nothing' };
    expect((await limited.call('POST', '/auth/login', login)).status).toBe(401);
    const refused = await limited.call('POST', '/auth/login', login);
    expect(refused).toMatchObject({ status: 429, type: '/problems/too-many-attempts' });
    expect(refused.headers['cache-control']).toBe('no-store');
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    await limited.close();
  });

  test('lets no cached keys outlive five minutes, nor a refusal be kept', async () => {
    const { headers } = await world.call('GET', '/.well-known/jwks.json?x=1');
    expect(headers['cache-control']).toBe('no-store');
  });
});
