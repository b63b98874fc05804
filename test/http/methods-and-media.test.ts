import { beforeAll, describe, expect, test } from 'vitest';
import { apiRoutes, oauthRoutes, openRoutes } from '../support/api-routes.ts';
import { bearersOf } from '../support/bearers.ts';
import { snapshot, stateOf } from '../support/snapshot.ts';
import { useWorld } from '../support/use-world.ts';
import { createWorld } from '../support/world.ts';

const world = useWorld();
let bearerOf: (path: string) => string;
beforeAll(async () => {
  bearerOf = await bearersOf(world);
});

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS' | 'TRACE';
const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'];
const problem = 'application/problem+json; charset=utf-8';

function inject(method: Method, url: string, headers: Record<string, string> = {}, payload?: string) {
  const authorization = `Bearer ${bearerOf(url)}`;
  return world.app.inject({
    method,
    url,
    headers: { authorization, ...headers },
    ...(payload && { payload }),
  });
}

/** `/auth/sessions/{id}` is also what `/auth/sessions/activity` looks like. */
function matches(path: string, url: string): boolean {
  return new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(url);
}

describe('methods', () => {
  test('HT-2 another method than those of a route is 405 and says which there are', async () => {
    const routes = await apiRoutes(world);
    const urls = new Map(routes.map(({ path, url }) => [path, url.replace(/\?.*/, '')]));
    for (const [path, url] of urls) {
      const here = routes.filter((route) => matches(route.path, url));
      const declared = here.map(({ method }) => method as Method);
      const isOpen = openRoutes.includes(`GET ${path}`);
      const allowed = isOpen ? [...declared, 'HEAD' as const] : declared;
      for (const method of methods.filter((one) => !allowed.includes(one))) {
        const { statusCode, headers } = await inject(method, url);
        expect(statusCode, `${method} ${path}`).toBe(405);
        expect(String(headers.allow).split(', ').sort(), `${method} ${path}`).toEqual(allowed.sort());
        expect(headers['content-type'], `${method} ${path}`).toBe(problem);
      }
    }
  });

  test('HT-2 HEAD gives the headers of an open document as GET does (RFC 9110 9.3.2)', async () => {
    const open = openRoutes.filter((route) => route.startsWith('GET ')).map((route) => route.slice(4));
    for (const url of [...open, '/openapi.json']) {
      const read = await world.app.inject({ method: 'GET', url });
      const head = await world.app.inject({ method: 'HEAD', url });
      expect(head.statusCode, url).toBe(200);
      expect(head.body, url).toBe('');
      for (const name of ['content-type', 'content-length', 'cache-control', 'etag'])
        expect(head.headers[name], `${url}: ${name}`).toBe(read.headers[name]);
    }
  });

  test.each(methods)('HT-2 %s of what is not there is 404', async (method) => {
    const { statusCode, headers } = await inject(method, '/auth/nowhere');
    expect(statusCode).toBe(404);
    expect(headers['content-type']).toBe(problem);
    expect(headers).not.toHaveProperty('allow');
  });

  test.each([
    { what: 'with half an escape', url: '/auth/%ZZ', status: 400 },
    { what: 'with half a letter', url: '/auth/sessions/%E0%A4%A', status: 400 },
    { what: 'with an endless id', url: `/auth/sessions/${'a'.repeat(101)}`, status: 414 },
  ])('HT-2 a URL $what is refused as a problem', async ({ url, status }) => {
    const { statusCode, headers, body } = await inject('DELETE', url);
    expect(statusCode).toBe(status);
    expect(headers['content-type']).toBe(problem);
    expect(body).not.toContain(url);
  });

  test('HT-6 reading changes nothing', async () => {
    const before = await snapshot(world.database.db);
    for (const { method, url } of await apiRoutes(world)) {
      if (method === 'GET') await inject('GET', url);
    }
    const vendor = await world.user({ roles: ['vendor'] });
    expect(await snapshot(world.database.db)).not.toEqual(before); // a user was made: the comparison sees it
    const { access_token } = (await vendor.login('vendor')).body;
    const then = await snapshot(world.database.db);
    const read = await world.call('GET', '/api/sensitive-data', undefined, { bearer: access_token });
    expect(read.status).toBe(200);
    expect(await snapshot(world.database.db)).toEqual(then);
  });
});

describe('media', () => {
  const form = 'application/x-www-form-urlencoded';
  const foreign = [
    'text/plain',
    'text/plain;charset=UTF-8',
    form,
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonp',
  ];

  test.each(foreign)('HT-6 a body of type %s is 415 on every route that changes something', async (type) => {
    const before = await stateOf(world.database.db);
    for (const { method, url, name } of await apiRoutes(world)) {
      if (method === 'GET' || (type === form && oauthRoutes.includes(name))) continue;
      const { statusCode, headers } = await inject(method, url, { 'content-type': type }, '{"a":"b"}');
      expect(statusCode, name).toBe(415);
      expect(headers['content-type'], name).toBe(problem);
    }
    expect(await stateOf(world.database.db)).toEqual(before);
  });

  test('HT-2 RL-9 a body of more than 16 kB is 413 on every route that changes something', async () => {
    const bodyOf = (kB: number) => JSON.stringify({ username: 'x'.repeat(kB * 1024) });
    const longer = 'POST /admin/invitations'; // 200 users
    for (const { method, url, name } of await apiRoutes(world)) {
      if (method === 'GET') continue;
      const { statusCode, headers } = await inject(
        method,
        url,
        { 'content-type': oauthRoutes.includes(name) ? form : 'application/json' },
        bodyOf(name === longer ? 96 : 16),
      );
      expect(statusCode, name).toBe(413);
      expect(headers['content-type'], name).toBe(problem);
    }
  });

  test.each(['text/html', 'application/xml', 'image/*;q=0.1'])(
    'HT-2 a client that accepts %s gets JSON all the same',
    async (accept) => {
      const found = await inject('GET', '/health/live', { accept });
      expect(found.headers['content-type']).toBe('application/json; charset=utf-8');
      const refused = await inject('GET', '/nowhere', { accept });
      expect(refused.headers['content-type']).toBe(problem);
    },
  );
});

describe('pages of other origins', () => {
  const ask = (origin: string, method: string) =>
    inject('OPTIONS', '/auth/mfa/factors/1', {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type,x-mfa-token,x-sallyport-client',
    });

  test.each(['GET', 'POST', 'PATCH', 'DELETE'])('HT-6 the portal may call by %s', async (method) => {
    const { statusCode, headers } = await ask('https://portal.example', method);
    expect(statusCode).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://portal.example',
      'access-control-allow-headers': 'authorization, content-type, x-mfa-token, x-sallyport-client',
      'access-control-allow-credentials': 'true',
      'cache-control': 'no-store',
    });
    expect(headers['access-control-allow-methods']).toContain(method);
  });

  test('HT-6 the portal may read what a refusal says in its headers', async () => {
    const from = { origin: 'https://portal.example', authorization: 'Bearer a.b.c' };
    const { headers } = await inject('GET', '/auth/me', from);
    expect(headers).toMatchObject({
      'www-authenticate': ['Bearer error="invalid_token"'],
      'access-control-allow-origin': 'https://portal.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers':
        'www-authenticate, retry-after, x-mfa-warning, x-mfa-backup-codes-remaining',
    });
  });

  test.each([
    'https://evil.example',
    'http://portal.example',
    'https://portal.example.evil.example',
    'https://evilportal.example',
    'null',
  ])('HT-6 %s may not', async (origin) => {
    const asked = await ask(origin, 'POST');
    const caching = (headers: object) =>
      Object.keys(headers).filter((name) => name.startsWith('access-control-'));
    expect(caching(asked.headers)).toEqual([]);
    const answered = await inject('GET', '/auth/me', { origin });
    expect(caching(answered.headers)).toEqual([]);
    expect(String(answered.headers.vary)).toContain('Origin');
  });
});

describe('what is not in the open', () => {
  test('HT-7 no metrics, and no page that shows the API in production', async () => {
    expect((await inject('GET', '/metrics')).statusCode).toBe(404);
    expect((await inject('GET', '/docs')).statusCode).toBe(200);
    const production = await createWorld({ app: { production: true } });
    for (const url of [
      '/docs',
      '/docs/',
      '/docs/json',
      '/docs/static/index.html',
      '/documentation',
      '/metrics',
    ]) {
      expect(await production.call('GET', url), url).toMatchObject({
        status: 404,
        type: '/problems/not-found',
      });
    }
    await production.close();
  });
});
