import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { guard } from '../../src/api/access/guard.ts';
import { changeServiceAccount } from '../../src/features/service-accounts/change-service-account.ts';
import { revokeCredential } from '../../src/features/service-accounts/credentials.ts';
import { wait } from '../support/actor.ts';
import { apiRoutes, openRoutes, serviceRoutes } from '../support/api-routes.ts';
import { eventsDuring, inWords } from '../support/audit.ts';
import { serverUrl } from '../support/database.ts';
import { keyOf, signed } from '../support/forge.ts';
import { anotherInstance, guarding } from '../support/instance.ts';
import { makeService, postForm, type Service } from '../support/services.ts';
import { policyOf, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext, issuer } from '../support/world.ts';

const rules = {
  '/any': { area: 'service' },
  '/read': { area: 'service', scope: 'sync:read' },
  '/admin': { area: 'admin' },
  '/public': { area: 'public' },
  '/vendor': { area: 'vendor' },
  '/own': { area: 'own' },
  '/fresh': { area: 'own', mfa: 'fresh' },
  '/enrol': { area: 'own', enrolment: true },
} as const;

const world = useWorld();
let guarded: Awaited<ReturnType<typeof guarding>>;
beforeAll(async () => {
  guarded = await guarding(world.deps, rules);
});
afterAll(() => guarded.close());

const get = (url: string, bearer: string, ip = '192.0.2.1') =>
  guarded.call('GET', url, undefined, { bearer, ip });
const refused = { status: 401, type: '/problems/invalid-token' };

describe('a route of the area service', () => {
  test('SE-4 SE-5: takes a service token, and asks for its scope', async () => {
    const { token, fetchToken, id } = await makeService(world);
    const bearer = await token();
    expect((await get('/any', bearer)).status).toBe(200);
    expect((await get('/read', bearer)).status).toBe(200);
    const narrow = (await fetchToken({ scope: 'sync:write' })).body.access_token;
    const events = await eventsDuring(world, async () => {
      const answer = await get('/read', narrow);
      expect(answer).toMatchObject({ status: 403, type: '/problems/insufficient-scope' });
      expect(answer.headers['www-authenticate']).toEqual([
        'Bearer error="insufficient_scope", scope="sync:read"',
      ]);
    });
    expect(events.map(inWords)).toEqual(['authz_fail refused']);
    expect(events[0]).toMatchObject({ userId: id, area: 'service' });
  });

  test('SE-5 JW-7: takes no token of a person, of any area, and none that came by another way', async () => {
    const ann = await world.user({ roles: ['user', 'vendor', 'admin'] });
    const { secret, bearer } = await ann.enrolTotp();
    const admin = (await ann.loginWithTotp(secret, 'admin')).body.access_token;
    const vendor = (await ann.login('vendor')).body.access_token;
    for (const one of [bearer, admin, vendor]) expect(await get('/any', one)).toMatchObject(refused);
    const service = await (await makeService(world)).token();
    expect((await guarded.call('GET', '/any')).headers['www-authenticate']).toEqual(['Bearer']);
    for (const authorization of [
      `Basic ${Buffer.from(`${service}:`).toString('base64')}`,
      `Token ${service}`,
    ])
      expect((await guarded.call('GET', '/any', undefined, { headers: { authorization } })).status).toBe(401);
    expect((await guarded.call('GET', `/any?access_token=${service}`)).status).toBe(400);
    expect(
      (await guarded.call('GET', '/any', undefined, { headers: { cookie: `access_token=${service}` } }))
        .status,
    ).toBe(401);
  });

  test('asks for no second factor: there is none to ask for', () => {
    expect(() => guard({ area: 'service', mfa: 'fresh' })).toThrow('no second factor');
    expect(() => guard({ area: 'service', enrolment: true })).toThrow('no second factor');
  });
});

describe('a service token', () => {
  test.each(['/admin', '/public', '/vendor', '/own', '/fresh', '/enrol'] as const)(
    'LG-2 SE-5 C12: opens no route of people: %s',
    async (url) => {
      const { token } = await makeService(world, {
        scopes: ['users:write', 'profile', 'data:read', 'mfa:enroll'],
      });
      expect(await get(url, await token())).toMatchObject(refused);
    },
  );

  test('LG-2 C12: opens no route of people', async () => {
    const bearer = await (
      await makeService(world, { scopes: ['users:write', 'services:write', 'profile'] })
    ).token();
    for (const { method, url, name } of await apiRoutes(world)) {
      if (openRoutes.includes(name) || serviceRoutes.includes(name)) continue;
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};
      expect(await world.call(method, url, body, { bearer }), name).toMatchObject(refused);
    }
  });

  test('JW-4: that says something else is refused, though signed with our key', async () => {
    const { token, id } = await makeService(world);
    const key = await keyOf(world);
    const claims = decodeJwt(await token());
    expect((await get('/any', await signed(key, claims))).status).toBe(200);
    const ann = await world.user();
    const persons = decodeJwt((await ann.login()).body.access_token);
    const other = await makeService(world);
    const others: Record<string, unknown>[] = [
      ...['iss', 'sub', 'aud', 'client_id', 'iat', 'exp', 'jti', 'acr', 'scope', 'cred'].map((name) => ({
        [name]: undefined,
      })),
      { aud: `${issuer}/areas/public` },
      { aud: issuer },
      { acr: 'urn:sallyport:acr:2' },
      { sub: other.id },
      { sub: other.id, client_id: other.id },
      { cred: other.credentialId },
      { sub: ann.id, client_id: ann.id },
      { sid: persons.sid },
      { iss: 'https://other.example' },
      { exp: Math.floor(Date.now() / 1000) - 60 },
    ];
    for (const more of others)
      expect(
        await get('/any', await signed(key, { ...claims, ...more })),
        JSON.stringify(more),
      ).toMatchObject(refused);
    for (const typ of ['JWT', 'mfa-proof+jwt', 'mfa-enroll+jwt', undefined])
      expect(await get('/any', await signed(key, claims, { typ }))).toMatchObject(refused);
    const forged = { ...persons, aud: `${issuer}/areas/service`, cred: other.credentialId, jti: 'x' };
    expect(await get('/any', await signed(key, forged))).toMatchObject(refused);
    const asPerson = { ...claims, aud: `${issuer}/areas/public`, sid: persons.sid, sub: id, jti: '0.x' };
    expect(await get('/public', await signed(key, asPerson))).toMatchObject(refused);
  });
});

describe('GET /auth/forward for the area service', () => {
  const ask = (query: string, bearer: string, ip = '192.0.2.1') =>
    world.call('GET', `/auth/forward?${query}`, undefined, { bearer, ip });

  test('SE-5: names the calling program to the backend, wherever the gateway asks from', async () => {
    const service = await makeService(world, { networks: ['198.51.100.0/24'] });
    const bearer = (await service.fetchToken({}, { ip: '198.51.100.7' })).body.access_token;
    const answer = await ask('area=service&scope=sync:read+sync:write', bearer, '203.0.113.1');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'x-auth-subject': service.id,
      'x-auth-username': service.name,
      'x-auth-roles': '',
      'x-auth-scopes': 'sync:read sync:write',
      'x-auth-mfa': 'false',
      'x-auth-acr': 'urn:sallyport:acr:svc',
    });
    const lacking = await ask('area=service&scope=sync:read+admin', bearer);
    expect(lacking).toMatchObject({ status: 403, type: '/problems/insufficient-scope' });
    await revokeCredential(world.deps, consoleContext(), {
      actorId: null,
      accountId: service.id,
      credentialId: service.credentialId,
    });
    expect(await ask('area=service', bearer)).toMatchObject(refused);
  });

  test('SE-5 LG-2: takes no person there, no program elsewhere, and no second factor of a program', async () => {
    const bearer = await (await makeService(world)).token();
    for (const area of ['public', 'vendor', 'admin'])
      expect(await ask(`area=${area}`, bearer)).toMatchObject(refused);
    const person = (await (await world.user()).login()).body.access_token;
    expect(await ask('area=service', person)).toMatchObject(refused);
    for (const mfa of ['required', 'if_enrolled'])
      expect(await ask(`area=service&mfa=${mfa}`, bearer)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '?mfa' }] },
      });
  });
});

type End = {
  readonly what: string;
  readonly given?: object;
  readonly end: (service: Service) => Promise<unknown>;
};

const change = (service: Service, how: Parameters<typeof changeServiceAccount>[2]['change']) =>
  changeServiceAccount(world.deps, consoleContext(), { actorId: null, id: service.id, change: how });

const ends: readonly End[] = [
  { what: 'its account is disabled', end: (service) => change(service, { status: 'disabled' }) },
  {
    what: 'its credential is revoked',
    end: ({ id, credentialId }) =>
      revokeCredential(world.deps, consoleContext(), { actorId: null, accountId: id, credentialId }),
  },
  {
    what: 'its scope is taken away',
    end: (service) => change(service, { scopes: ['sync:write'] }),
  },
  {
    what: 'the networks change',
    end: (service) => change(service, { networks: ['203.0.113.0/24'] }),
  },
  {
    what: 'the window is moved',
    end: (service) => change(service, { enabledFrom: new Date(Date.now() + 60_000) }),
  },
  { what: 'its credential expires', given: { seconds: 60 }, end: async () => wait(60) },
  {
    what: 'the window ends',
    given: { enabledUntil: new Date(Date.now() + 100_000) },
    end: async () => vi.setSystemTime(Date.now() + 100_000),
  },
  { what: 'it expires', end: async () => wait(901) },
];

describe('SE-6 VN-5 VN-6 attack 37: a service token that was used a moment ago ends when', () => {
  test.each(ends)('$what', async ({ given, end }) => {
    const service = await makeService(world, given);
    const bearer = await service.token();
    expect((await get('/read', bearer)).status).toBe(200);
    await end(service);
    expect([401, 403]).toContain((await get('/read', bearer)).status);
  });

  test('it is revoked, and the others go on', async () => {
    const { id, secret, token } = await makeService(world);
    const [bearer, other] = [await token(), await token()];
    for (const one of [bearer, other]) expect((await get('/read', one)).status).toBe(200);
    const form = { token: bearer, client_id: id, client_secret: secret };
    expect((await postForm(world, '/oauth/revoke', form)).status).toBe(200);
    expect(await get('/read', bearer)).toMatchObject(refused);
    expect((await get('/read', other)).status).toBe(200);
  });

  test('the policy of the area lets it live no longer', async () => {
    const bearer = await (await makeService(world)).token();
    const by = await staff(world);
    wait(120);
    expect((await get('/read', bearer)).status).toBe(200);
    const short = await policyOf(by, 'service', { access_seconds: 60 });
    expect(await by.put('/admin/areas/service', short)).toMatchObject({ status: 200 });
    await expect.poll(async () => (await get('/read', bearer)).status).toBe(401);
    expect((await (await makeService(world)).fetchToken()).body.expires_in).toBe(60);
    await by.put('/admin/areas/service', { ...short, access_seconds: 900 });
  });

  test('it comes from a network that is not allowed, which is audited', async () => {
    const { id, fetchToken } = await makeService(world, { networks: ['198.51.100.0/24'] });
    const bearer = (await fetchToken({}, { ip: '198.51.100.7' })).body.access_token;
    expect((await get('/read', bearer, '198.51.100.8')).status).toBe(200);
    const events = await eventsDuring(world, async () => {
      expect(await get('/read', bearer, '192.0.2.8')).toMatchObject(refused);
    });
    expect(events).toMatchObject([
      { type: 'authz_fail', userId: id, detail: { reason: 'outside the networks' } },
    ]);
  });
});

// The embedded database belongs to one process, so there is no second instance to notify.
describe.skipIf(!serverUrl)(
  'of two instances on one PostgreSQL, what ends on one is over on the other:',
  () => {
    const far = useWorld();
    let other: Awaited<ReturnType<typeof anotherInstance>>;
    let there: Awaited<ReturnType<typeof guarding>>;
    beforeAll(async () => {
      other = await anotherInstance(far);
      there = await guarding(other.deps, rules);
    });
    afterAll(async () => {
      await there.close();
      await other.close();
    });

    const revokeOne = async ({ id, secret }: Service, token: string) =>
      postForm(far, '/oauth/revoke', { token, client_id: id, client_secret: secret });

    test.each<readonly [string, (service: Service, token: string) => Promise<unknown>]>([
      [
        'an account that is disabled',
        ({ id }) =>
          changeServiceAccount(far.deps, consoleContext(), {
            actorId: null,
            id,
            change: { status: 'disabled' },
          }),
      ],
      [
        'a credential that is revoked',
        ({ id, credentialId }) =>
          revokeCredential(far.deps, consoleContext(), { actorId: null, accountId: id, credentialId }),
      ],
      ['a token that is revoked', revokeOne],
    ])('SE-6 JW-10 %s', async (_, end) => {
      // The clock stands still, so what is remembered never grows old: only the notification can make it forgotten.
      const service = await makeService(far);
      const bearer = await service.token();
      const statusThere = async () => (await there.call('GET', '/read', undefined, { bearer })).status;
      expect(await statusThere()).toBe(200);
      await end(service, bearer);
      await expect.poll(statusThere, { timeout: 60_000, interval: 25 }).toBe(401);
    });
  },
);
