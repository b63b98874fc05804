import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { blocksOf, readDocument } from '../support/document.ts';
import { anotherInstance } from '../support/instance.ts';
import { type Backend, nginxExample, nginxProgram, startBackend, startNginx } from '../support/nginx.ts';
import { vendorWithTotp } from '../support/second-factor.ts';
import { consoleContext, createWorld, type World } from '../support/world.ts';

test('docs/gateways.md shows the very file that is tested here', () => {
  const shown = blocksOf(readDocument('docs/gateways.md')).filter(({ name }) => name === 'nginx.conf');
  expect(shown.map(({ text }) => text)).toEqual([readDocument(nginxExample)]);
});

if (!nginxProgram) process.stdout.write('nginx is not installed here: its tests are left out.\n');

type Headers = Record<string, string>;

describe.skipIf(!nginxProgram)('behind a real nginx', () => {
  let world: World;
  let backend: Backend;
  let nginx: Awaited<ReturnType<typeof startNginx>>;
  let port: number;
  beforeAll(async () => {
    world = await createWorld({ app: { trustProxyHops: 1 } });
    backend = await startBackend();
    port = portOf(await world.app.listen({ host: '127.0.0.1', port: 0 }));
    nginx = await startNginx({ sallyport: port, backend: backend.port });
  });
  afterAll(async () => {
    await nginx.close();
    await backend.close();
    await world.close();
  });
  beforeEach(() => {
    backend.seen.length = 0;
    wait(0);
  });
  afterEach(() => void vi.useRealTimers());

  async function ask(headers: Headers = {}, init: RequestInit = {}, url = nginx.url) {
    const response = await fetch(`${url}/api/things?area=admin&x=1`, { ...init, headers });
    const text = await response.text();
    const { status } = response;
    const type = response.headers.get('content-type');
    return { status, type, headers: response.headers, text, body: json(text) };
  }
  const as = (bearer: string, more: Headers = {}) => ({ authorization: `Bearer ${bearer}`, ...more });

  async function vendor() {
    const vera = await world.user({ roles: ['vendor'] });
    return { ...vera, bearer: String((await vera.login('vendor')).body.access_token) };
  }

  test('SE-3 a vendor gets through, and the backend learns who that is', async () => {
    const { id, username, bearer } = await vendor();
    expect(await ask(as(bearer))).toMatchObject({ status: 200, body: { data: 'sensitive' } });
    expect(backend.seen).toHaveLength(1);
    expect(backend.seen[0]).toMatchObject({
      url: '/api/things?area=admin&x=1',
      headers: {
        'x-auth-subject': id,
        'x-auth-username': username,
        'x-auth-roles': 'vendor',
        'x-auth-scopes': 'data:read',
        'x-auth-mfa': 'false',
        'x-auth-acr': 'urn:sallyport:acr:1',
      },
    });
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    '%s gets through as it was sent, body and all',
    async (method) => {
      const { bearer } = await vendor();
      const body = JSON.stringify({ text: 'x'.repeat(50_000) });
      const headers = as(bearer, { 'content-type': 'application/json' });
      expect((await ask(headers, { method, body })).status).toBe(200);
      expect(backend.seen).toMatchObject([{ method, body }]);
    },
  );

  test('attack 34 what a client claims in the headers of the gateway never reaches the backend', async () => {
    const { id, username, bearer } = await vendor();
    const claims = {
      'X-Auth-Subject': '00000000-0000-4000-8000-000000000000',
      'x-auth-username': 'root',
      'X-AUTH-ROLES': 'admin',
      'X-Auth-Scopes': 'users:write',
      'X-Auth-Mfa': 'true',
      'X-Auth-Acr': 'phr',
      'X-Auth-Problem': 'none',
      X_Auth_Username: 'root',
      'X-Original-URI': '/health/live',
      'X-Forwarded-For': '198.51.100.66',
    };
    expect((await ask(as(bearer, claims))).status).toBe(200);
    const { headers } = backend.seen[0] ?? { headers: {} };
    expect(headers).toMatchObject({
      'x-auth-subject': id,
      'x-auth-username': username,
      'x-auth-roles': 'vendor',
      'x-auth-scopes': 'data:read',
      'x-auth-mfa': 'false',
      'x-auth-acr': 'urn:sallyport:acr:1',
      'x-forwarded-for': '127.0.0.1',
    });
    expect(Object.keys(headers).filter((name) => /^x[-_]auth[-_]/.test(name))).toHaveLength(6);
    expect((await ask(claims)).status).toBe(401);
    const ips = await world.database.db.selectFrom('auditEvents').select('ip').execute();
    expect(ips.map(({ ip }) => ip)).not.toContain('198.51.100.66');
  });

  test('JW-7 without a token it is 401, and WWW-Authenticate and the problem reach the client', async () => {
    const none = await ask();
    expect(none).toMatchObject({
      status: 401,
      type: 'application/problem+json',
      body: { type: '/problems/authentication-required', status: 401 },
    });
    expect(none.headers.get('www-authenticate')).toBe('Bearer');
    expect(none.headers.get('cache-control')).toBe('no-store');
    const bad = await ask(as('a.b.c'));
    expect(bad).toMatchObject({ status: 401, body: { type: '/problems/invalid-token' } });
    expect(bad.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(backend.seen).toEqual([]);
  });

  test('SE-5 a token of another area does not get through', async () => {
    const bearer: string = (await (await world.user()).login()).body.access_token;
    expect(await ask(as(bearer))).toMatchObject({ status: 401, body: { type: '/problems/invalid-token' } });
    expect(backend.seen).toEqual([]);
  });

  test('VN-1 VN-2 a code in X-MFA-Token gets through once, and goes no further than the gateway', async () => {
    const vera = await vendorWithTotp(world);
    wait(30);
    const none = await ask(as(vera.bearer));
    expect(none).toMatchObject({ status: 403, body: { type: '/problems/mfa-token-required' } });
    expect(none.headers.get('www-authenticate')).toMatch(
      /^MFA, Bearer error="insufficient_user_authentication", acr_values="[^"]+"$/,
    );
    const mfa = { 'x-mfa-token': vera.code() };
    expect((await ask(as(vera.bearer, mfa), { method: 'POST', body: 'x' })).status).toBe(200);
    expect(backend.seen[0]?.headers).toMatchObject({
      'x-auth-mfa': 'true',
      'x-auth-acr': 'urn:sallyport:acr:2',
    });
    expect(backend.seen[0]?.headers).not.toHaveProperty('x-mfa-token');
    expect(await ask(as(vera.bearer, mfa))).toMatchObject({
      status: 403,
      type: 'application/problem+json',
      body: { type: '/problems/mfa-token-used', proof_endpoint: '/auth/mfa/proof' },
    });
    expect(backend.seen).toHaveLength(1);
  });

  test('VN-3 a proof gets through again and again, with its own bearer alone', async () => {
    const vera = await vendorWithTotp(world);
    wait(30);
    const proof = { 'x-mfa-token': (await vera.proofOf(vera.code())).body.mfa_proof };
    for (let time = 0; time < 5; time += 1) expect((await ask(as(vera.bearer, proof))).status).toBe(200);
    const other: string = (await vera.login('vendor')).body.access_token;
    expect((await ask(as(other, proof))).status).toBe(403);
    wait(601);
    expect((await ask(as(vera.bearer, proof))).status).toBe(403);
    expect(backend.seen).toHaveLength(5);
  });

  test('RL-7 too many wrong codes are 429 for the client too, with Retry-After', async () => {
    const vera = await vendorWithTotp(world);
    wait(30);
    const wrong = { 'x-mfa-token': wrongCodeOf(vera.secret) };
    const left: number[] = [];
    for (let tried = 0; tried < 3; tried += 1)
      left.push(Object((await ask(as(vera.bearer, wrong))).body).attempts_remaining);
    expect(left).toEqual([2, 1, 0]);
    const blocked = await ask(as(vera.bearer, { 'x-mfa-token': codeOf(vera.secret) }));
    expect(blocked).toMatchObject({ status: 429, body: { type: '/problems/too-many-attempts' } });
    expect(blocked.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(backend.seen).toEqual([]);
  });

  test.each<[string, (vera: Awaited<ReturnType<typeof vendor>>) => Promise<unknown>]>([
    [
      'SE-6 a session that was ended',
      ({ bearer }) => world.call('POST', '/auth/logout', undefined, { bearer }),
    ],
    [
      'SE-7 a user who was disabled',
      ({ id }) =>
        changeAccountStatus(world.deps, consoleContext(), id, {
          status: 'disabled',
        }),
    ],
  ])('%s is refused at the very next request', async (_what, end) => {
    const vera = await vendor();
    expect((await ask(as(vera.bearer))).status).toBe(200);
    await end(vera);
    expect((await ask(as(vera.bearer))).status).toBe(401);
    expect(backend.seen).toHaveLength(1);
  });

  test('the location that asks cannot be called from outside', async () => {
    const { bearer } = await vendor();
    const { status, headers } = await fetch(`${nginx.url}/_ask/vendor`, { headers: as(bearer) });
    expect(status).toBe(404);
    expect(headers.has('x-auth-subject')).toBe(false);
  });

  test.each<[string, (text: string) => string]>([
    ['no area', (text) => text.replace('area=vendor&', '')],
    ['an area that is none', (text) => text.replace('area=vendor', 'area=vendors')],
    ['a parameter that is none', (text) => text.replace('mfa=if_enrolled', 'mfa=if_enrolled&strict=1')],
    ['an empty mfa', (text) => text.replace('mfa=if_enrolled', 'mfa=')],
    ['a path that is none', (text) => text.replace('/auth/forward?', '/auth/forwards?')],
  ])('attack 40 with %s in the configuration nobody gets through', async (_what, edit) => {
    const broken = await startNginx({ sallyport: port, backend: backend.port }, edit);
    const { bearer } = await vendor();
    expect((await ask(as(bearer), {}, broken.url)).status).toBe(503);
    expect(broken.log()).toContain('auth request unexpected status: 40');
    expect(backend.seen).toEqual([]);
    await broken.close();
  });

  test('attack 40 with the length of a body passed on, a request with one is refused at once and not waited for', async () => {
    const edit = (text: string) =>
      text.replace(/ +proxy_pass_request_headers off;\n| +proxy_set_header Content-Length "";\n/g, '');
    const broken = await startNginx({ sallyport: port, backend: backend.port }, edit);
    const { bearer } = await vendor();
    const answer = await ask(as(bearer), { method: 'POST', body: 'x'.repeat(100) }, broken.url);
    expect(answer.status).toBe(503);
    expect(broken.log()).toContain('auth request unexpected status: 400');
    expect(backend.seen).toEqual([]);
    await broken.close();
  });

  test('HT-5 attack 40 nobody gets through while the service, or its database, is away', async () => {
    const gone = await startNginx({ sallyport: 1, backend: backend.port });
    const { bearer } = await vendor();
    expect(await ask(as(bearer), {}, gone.url)).toMatchObject({ status: 503, body: { status: 503 } });
    await gone.close();

    const find = vi
      .spyOn(world.deps.sessions, 'find')
      .mockRejectedValue(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }));
    expect((await ask(as(bearer))).status).toBe(503);
    find.mockRestore();
    expect(backend.seen).toEqual([]);
    expect((await ask(as(bearer))).status).toBe(200);
  });

  // The embedded database belongs to one process, so there is no second instance to ask.
  test.skipIf(!serverUrl)(
    'SE-6 a session that ends at one instance is refused by a gateway of the other',
    async () => {
      const other = await anotherInstance(world);
      const there = portOf(await other.app.listen({ host: '127.0.0.1', port: 0 }));
      const far = await startNginx({ sallyport: there, backend: backend.port });
      const { bearer } = await vendor();
      expect((await ask(as(bearer), {}, far.url)).status).toBe(200);
      const ended = await world.call('POST', '/auth/logout', undefined, { bearer });
      expect(ended.status).toBe(204);
      // The clock stands still, so nothing that is remembered grows old: only the word of the other can end it.
      await expect
        .poll(async () => (await ask(as(bearer), {}, far.url)).status, { timeout: 60_000, interval: 25 })
        .toBe(401);
      await far.close();
      await other.close();
    },
  );
});

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
