import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { wait, wrongCodeOf } from '../support/actor.ts';
import { blocksOf, readDocument } from '../support/document.ts';
import { gateways } from '../support/gateways.ts';
import { type Backend, startBackend } from '../support/nginx.ts';
import { vendorWithTotp } from '../support/second-factor.ts';
import { createWorld, type World } from '../support/world.ts';

const six = ['subject', 'username', 'roles', 'scopes', 'mfa', 'acr'].map((name) => `x-auth-${name}`).sort();

test.each(gateways.flatMap(({ files }) => files))(
  'docs/gateways.md shows %s as it is tested here',
  (file) => {
    const shown = blocksOf(readDocument('docs/gateways.md')).filter(({ name }) => name === file);
    expect(shown.map(({ text }) => text)).toEqual([readDocument(`docs/gateways/${file}`)]);
  },
);

for (const { name, program } of gateways)
  if (!program) process.stdout.write(`${name} is not installed here: its tests are left out.\n`);

describe.each(gateways)('$name', ({ program, start }) => {
  describe.skipIf(!program)('before a backend', () => {
    let world: World;
    let backend: Backend;
    let sallyport: number;
    let gateway: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      world = await createWorld({ app: { trustProxyHops: 1 } });
      backend = await startBackend();
      sallyport = Number(new URL(await world.app.listen({ host: '127.0.0.1', port: 0 })).port);
      gateway = await start({ sallyport, backend: backend.port });
    });
    afterAll(async () => {
      await gateway.close();
      await backend.close();
      await world.close();
    });
    beforeEach(() => {
      backend.seen.length = 0;
      wait(0);
    });
    afterEach(() => void vi.useRealTimers());

    async function vendor() {
      const vera = await world.user({ roles: ['vendor'] });
      return { ...vera, bearer: String((await vera.login('vendor')).body.access_token) };
    }
    async function ask(headers: Record<string, string>, init: RequestInit = {}, url = gateway.url) {
      const response = await fetch(`${url}/api/things?x=1`, { ...init, headers });
      const body = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: body.startsWith('{') ? JSON.parse(body) : body,
      };
    }

    /** Byte for byte, as no client library would send it. */
    async function raw(path: string, ...headers: readonly string[]) {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
      socket.write([`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, '', ''].join('\r\n'));
      return Number(/^HTTP\/1\.1 (\d{3})/.exec(await text(socket))?.[1]);
    }

    test('a vendor gets through, and the backend learns who that is, and gets no token', async () => {
      const { id, bearer } = await vendor();
      const answer = await ask({ authorization: `Bearer ${bearer}` });
      expect(answer).toMatchObject({ status: 200, body: { data: 'sensitive' } });
      const { url, headers } = backend.seen[0] ?? { headers: {} };
      expect(url).toBe('/api/things?x=1');
      expect(headers).toMatchObject({
        'x-auth-subject': id,
        'x-auth-roles': 'vendor',
        'x-auth-mfa': 'false',
      });
      expect(headers).not.toHaveProperty('authorization');
    });

    test.each(['POST', 'PUT', 'DELETE'])('%s gets through as it was sent, body and all', async (method) => {
      const { bearer } = await vendor();
      const body = 'x'.repeat(50_000);
      expect((await ask({ authorization: `Bearer ${bearer}` }, { method, body })).status).toBe(200);
      expect(backend.seen).toMatchObject([{ method, body }]);
    });

    test('attack 34 what a client claims under the names of the gateway never reaches the backend', async () => {
      const { id, username, bearer } = await vendor();
      const claims = {
        'x-auth-subject': '00000000-0000-4000-8000-000000000000',
        'X-Auth-Username': 'root',
        'X-AUTH-ROLES': 'admin',
        'x-auth-scopes': 'users:write',
        'x-auth-mfa': 'true',
        'x-auth-acr': 'phr',
        'x-auth-problem': 'none',
        X_Auth_Username: 'root',
        'x-forwarded-for': '198.51.100.66',
      };
      expect((await ask({ ...claims, authorization: `Bearer ${bearer}` })).status).toBe(200);
      const { headers } = backend.seen[0] ?? { headers: {} };
      expect(headers).toMatchObject({
        'x-auth-subject': id,
        'x-auth-username': username,
        'x-auth-roles': 'vendor',
      });
      expect(
        Object.keys(headers)
          .filter((name) => /^x[-_]auth[-_]/.test(name))
          .sort(),
      ).toEqual(six);
      expect((await ask(claims)).status).toBe(401);
      const ips = await world.database.db.selectFrom('auditEvents').select('ip').execute();
      expect(ips.map(({ ip }) => ip)).not.toContain('198.51.100.66');
    });

    test('attack 34 a header that the client names in Connection still reaches the backend', async () => {
      const { bearer } = await vendor();
      const named = `Connection: close, ${six.join(', ')}`;
      expect(await raw('/api/things', `Authorization: Bearer ${bearer}`, named)).toBe(200);
      expect(Object.keys(backend.seen[0]?.headers ?? {})).toEqual(expect.arrayContaining(six));
    });

    test('without a token it is 401, and the client reads why', async () => {
      const none = await ask({});
      expect(none).toMatchObject({ status: 401, body: { type: '/problems/authentication-required' } });
      expect(none.headers.get('www-authenticate')).toBe('Bearer');
      const other: string = (await (await world.user()).login()).body.access_token;
      const foreign = await ask({ authorization: `Bearer ${other}` });
      expect(foreign).toMatchObject({ status: 401, body: { type: '/problems/invalid-token' } });
      expect(backend.seen).toEqual([]);
    });

    test('VN-1 a code opens once, goes no further than the gateway, and too many wrong ones are 429', async () => {
      const vera = await vendorWithTotp(world);
      const authorization = `Bearer ${vera.bearer}`;
      wait(30);
      const none = await ask({ authorization });
      expect(none).toMatchObject({ status: 403, body: { type: '/problems/mfa-token-required' } });
      expect(none.headers.get('www-authenticate')).toContain('MFA');
      const mfa = { authorization, 'x-mfa-token': vera.code() };
      expect((await ask(mfa, { method: 'POST', body: 'x' })).status).toBe(200);
      expect(backend.seen[0]?.headers).toMatchObject({ 'x-auth-mfa': 'true' });
      expect(backend.seen[0]?.headers).not.toHaveProperty('x-mfa-token');
      expect(await ask(mfa)).toMatchObject({ status: 403, body: { type: '/problems/mfa-token-used' } });
      const wrong = { authorization, 'x-mfa-token': wrongCodeOf(vera.secret) };
      for (let tried = 0; tried < 3; tried += 1) expect((await ask(wrong)).status).toBe(403);
      const blocked = await ask(wrong);
      expect(blocked).toMatchObject({ status: 429, body: { type: '/problems/too-many-attempts' } });
      expect(blocked.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(backend.seen).toHaveLength(1);
    });

    test.each([
      ...['//api/things', '/open/../api/things', '/open/%2e%2e/api/things', '/open/..%2fapi/things'],
      ...['/api%2fthings', '/./api/things', '/open/..;/api/things', '/open;x/../api/things', '/api/..'],
      ...['/open\\..\\api/things', '/open/%252e%252e/api/things', '/api/%2e%2e/open', '/open'],
    ])('attack 40 the path %s is refused, with a token or without', async (path) => {
      const { bearer } = await vendor();
      for (const headers of [[], [`Authorization: Bearer ${bearer}`]])
        expect([400, 404]).toContain(await raw(path, 'Connection: close', ...headers));
      expect(backend.seen).toEqual([]);
    });

    test('attack 40 a path in capitals is another path, or it is guarded', async () => {
      expect([401, 404]).toContain(await raw('/API/things', 'Connection: close'));
      expect(backend.seen).toEqual([]);
    });

    test('HT-5 attack 40 nobody gets through while the service is away', async () => {
      const gone = await start({ sallyport: 1, backend: backend.port });
      const { bearer } = await vendor();
      expect((await ask({ authorization: `Bearer ${bearer}` }, {}, gone.url)).status).toBeGreaterThanOrEqual(
        502,
      );
      await gone.close();
      expect(backend.seen).toEqual([]);
    });
  });
});
