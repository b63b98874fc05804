import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { wait } from '../support/actor.ts';
import { eventsDuring, inWords } from '../support/audit.ts';
import { assertionOf, fetchByAssertion, makeService, postForm } from '../support/services.ts';
import { snapshot } from '../support/snapshot.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

let admin: Staff;
beforeAll(async () => {
  admin = await staff(world);
});

const accounts = '/admin/service-accounts';
const names = () => ({ name: `s-${randomUUID()}`, owner: 'GIS team', scopes: ['sync:read'] });
const make = async (more: Record<string, unknown> = {}) =>
  (await admin.act('POST', accounts, { ...names(), ...more })).body;
const addTo = (id: string, body: Record<string, unknown> = { kind: 'secret' }) =>
  admin.act('POST', `${accounts}/${id}/credentials`, body);
const fetchWith = (client_id: string, client_secret: string) =>
  postForm(world, '/oauth/token', { grant_type: 'client_credentials', client_id, client_secret });

/** The audit events of changes. Each request also has an event that says the area was entered. */
async function changesDuring(act: () => Promise<unknown>) {
  return (await eventsDuring(world, act)).filter(({ type }) => type !== 'area_access');
}

async function publicJwk(alg = 'ES256', options = {}) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, ...options });
  return {
    jwk: { ...(await exportJWK(publicKey)) },
    privateKey,
    privateJwk: { ...(await exportJWK(privateKey)) },
  };
}

describe('a service account', () => {
  test('VN-5: is made with an owner, scopes, networks and a window, and can do nothing yet', async () => {
    const enabled_until = new Date(Date.now() + 86_400_000).toISOString();
    const input = {
      ...names(),
      description: 'nightly',
      networks: ['192.0.2.0/24', '2001:db8::/32'],
      enabled_until,
    };
    const events = await changesDuring(async () => {
      const { status, body } = await admin.act('POST', accounts, input);
      expect(status).toBe(201);
      expect(body).toEqual({
        id: expect.any(String),
        ...input,
        enabled_from: null,
        status: 'active',
        created_at: new Date().toISOString(),
        version: 1,
        credentials: [],
      });
      expect((await admin.act('GET', `${accounts}/${body.id}`)).body).toEqual(body);
    });
    expect(events.map(inWords)).toEqual(['service_account_created success']);
    expect(events[0]).toMatchObject({
      actorId: admin.id,
      area: 'service',
      detail: { scopes: ['sync:read'] },
    });
    expect(events[0]?.userId).not.toBe(admin.id);
  });

  test('has a name of its own, also where two are made at once', async () => {
    const input = names();
    const answers = await Promise.all([1, 2, 3].map(() => admin.act('POST', accounts, input)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  test('VN-5: is changed, and what is left out stays', async () => {
    const { id, ...made } = await make({ networks: ['192.0.2.0/24'] });
    const changed = await admin.act('PATCH', `${accounts}/${id}`, { scopes: ['a', 'b', 'a'] });
    expect(changed).toMatchObject({ status: 200, body: { ...made, scopes: ['a', 'b'], version: 2 } });
    const stale = await admin.act('PATCH', `${accounts}/${id}`, { owner: 'x', version: 1 });
    expect(stale).toMatchObject({ status: 409, type: '/problems/conflict' });
    const enabled_from = new Date(Date.now() + 1000).toISOString();
    expect((await admin.act('PATCH', `${accounts}/${id}`, { enabled_from })).body).toMatchObject({
      enabled_from,
    });
    const open = await admin.act('PATCH', `${accounts}/${id}`, {
      enabled_from: null,
      networks: [],
      version: 3,
    });
    expect(open.body).toMatchObject({ enabled_from: null, networks: [], owner: 'GIS team', version: 4 });
  });

  test('VN-5 AU-2: is disabled and enabled again, and both are audited', async () => {
    const { id } = await make();
    const { client_secret } = (await addTo(id)).body;
    expect((await fetchWith(id, client_secret)).status).toBe(200);
    const events = await changesDuring(async () => {
      expect((await admin.act('PATCH', `${accounts}/${id}`, { status: 'disabled' })).body.status).toBe(
        'disabled',
      );
      expect((await admin.act('PATCH', `${accounts}/${id}`, { status: 'active' })).body.status).toBe(
        'active',
      );
    });
    expect(events.map(inWords)).toEqual([
      'service_account_disabled success',
      'service_account_changed success',
    ]);
    for (const event of events)
      expect(event).toMatchObject({ userId: id, actorId: admin.id, detail: { fields: ['status'] } });
    expect((await fetchWith(id, client_secret)).status).toBe(200);
  });

  test('is listed by name, a page at a time', async () => {
    const made = [];
    for (const letter of ['c', 'a', 'b'])
      made.push((await make({ name: `zz-${letter}-${randomUUID()}` })).name);
    const list = async (query: string) => (await admin.act('GET', `${accounts}?${query}`)).body;
    const all = (await list('limit=200')).service_accounts.map(({ name }: { name: string }) => name);
    expect(all).toEqual([...all].sort());
    expect(all).toEqual(expect.arrayContaining(made));
    const first = await list('cursor=zz-&limit=2');
    expect(first.service_accounts.map(({ name }: { name: string }) => name)).toEqual(made.sort().slice(0, 2));
    expect(first.next_cursor).toBe(made[1]);
    const rest = await list(`cursor=${first.next_cursor}&limit=2`);
    for (const query of ['limit=0', 'limit=201', 'limit=1e1', 'limit=', 'cursor=', 'after=x'])
      expect((await admin.act('GET', `${accounts}?${query}`)).status, query).toBe(400);
    expect(rest).toMatchObject({ service_accounts: [{ name: made[2] }], next_cursor: null });
  });
});

describe('HT-3: what is not as described is named, and nothing is made', () => {
  const past = new Date(Date.now() - 1000).toISOString();
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['name', 'Sync Service', '#/name'],
    ['name', '-sync', '#/name'],
    ['name', 'ѕync', '#/name'],
    ['name', 'x'.repeat(65), '#/name'],
    ['owner', '', '#/owner'],
    ['scopes', [], '#/scopes'],
    ['scopes', ['a b'], '#/scopes/0'],
    ['scopes', ['ok', 'a"b'], '#/scopes/1'],
    ['scopes', ['a\\b'], '#/scopes/0'],
    ['scopes', ['é'], '#/scopes/0'],
    ['scopes', [''], '#/scopes/0'],
    ['scopes', 'a', '#/scopes'],
    ['networks', ['192.0.2.0/33'], '#/networks/0'],
    ['networks', ['192.0.2.1'], '#/networks/0'],
    ['networks', ['192.0.2.0/24', '2001:db8::/129'], '#/networks/1'],
    ['networks', ['192.0.2/24'], '#/networks/0'],
    ['networks', ['localhost/8'], '#/networks/0'],
    ['networks', ['192.0.2.0/024'], '#/networks/0'],
    ['networks', ['fe80::1%eth0/64'], '#/networks/0'],
    ['networks', ['192.0.2.0/'], '#/networks/0'],
    ['networks', ['192.0.2.0/24/8'], '#/networks/0'],
    ['enabled_until', past, '#/enabled_until'],
    ['enabled_until', 'tomorrow', '#/enabled_until'],
    ['enabled_until', '2099-01-01', '#/enabled_until'],
    ['enabled_from', 7, '#/enabled_from'],
    ['status', 'active', '#/status'],
    ['id', randomUUID(), '#/id'],
  ];

  test.each(cases)('%s: %j', async (field, value, pointer) => {
    const before = await snapshot(world.database.db, ['audit_events']);
    const answer = await admin.act('POST', accounts, { ...names(), [field]: value });
    expect(answer).toMatchObject({
      status: 400,
      type: '/problems/invalid-request',
      body: { errors: [{ pointer }] },
    });
    expect(await snapshot(world.database.db, ['audit_events'])).toEqual(before);
  });

  test('a window that ends before it begins', async () => {
    const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
    const wrong = await admin.act('POST', accounts, {
      ...names(),
      enabled_from: at(20),
      enabled_until: at(10),
    });
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/enabled_until' }] } });
    const { id } = await make({ enabled_until: at(100) });
    const patched = await admin.act('PATCH', `${accounts}/${id}`, { enabled_from: at(200) });
    expect(patched).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/enabled_until' }] } });
  });

  test('a change of nothing', async () => {
    const { id } = await make();
    for (const body of [{}, { version: 1 }])
      expect(await admin.act('PATCH', `${accounts}/${id}`, body)).toMatchObject({ status: 400 });
    expect((await admin.act('PATCH', `${accounts}/${id}`, { name: 'other' })).status).toBe(400);
  });
});

describe('a credential', () => {
  test('VN-6: a secret is shown once, ends after ninety days, and works', async () => {
    const { id } = await make();
    const { status, body } = await addTo(id);
    expect(status).toBe(201);
    expect(body).toEqual({
      credential_id: expect.any(String),
      kind: 'secret',
      client_id: id,
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      created_at: new Date().toISOString(),
      expires_at: new Date(Date.now() + 90 * 86_400_000).toISOString(),
    });
    expect((await fetchWith(id, body.client_secret)).status).toBe(200);
    const shown = await admin.act('GET', `${accounts}/${id}`);
    expect(shown.body.credentials).toEqual([
      {
        credential_id: body.credential_id,
        kind: 'secret',
        thumbprint: null,
        created_at: body.created_at,
        expires_at: body.expires_at,
        revoked_at: null,
        last_used_at: new Date().toISOString(),
      },
    ]);
    expect(JSON.stringify(shown.body)).not.toContain(body.client_secret);
  });

  test('VN-6: two are live at most; a third waits until one is revoked or over', async () => {
    const { id } = await make();
    const first = (await addTo(id, { kind: 'secret', expires_in: 60 })).body;
    const second = (await addTo(id)).body;
    expect(await addTo(id)).toMatchObject({ status: 409, type: '/problems/conflict' });
    for (const { client_secret } of [first, second])
      expect((await fetchWith(id, client_secret)).status).toBe(200);
    wait(60);
    expect((await fetchWith(id, first.client_secret)).status).toBe(401);
    const third = await addTo(id);
    expect(third.status).toBe(201);
    const gone = await admin.act('DELETE', `${accounts}/${id}/credentials/${second.credential_id}`);
    expect(gone.status).toBe(204);
    expect((await fetchWith(id, second.client_secret)).status).toBe(401);
    expect((await fetchWith(id, third.body.client_secret)).status).toBe(200);
  });

  test('VN-6: of any number that are added at once two live', async () => {
    const { id } = await make();
    const answers = await Promise.all(Array.from({ length: 8 }, () => addTo(id)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(6);
  });

  test('VN-6 AU-2: adding and revoking are audited, without the secret; revoking twice is 404', async () => {
    const { id } = await make();
    const url = (credential: string) => `${accounts}/${id}/credentials/${credential}`;
    const events = await changesDuring(async () => {
      const { credential_id } = (await addTo(id)).body;
      expect((await admin.act('DELETE', url(credential_id))).status).toBe(204);
      expect((await admin.act('DELETE', url(credential_id))).status).toBe(404);
    });
    expect(events.map(inWords)).toEqual([
      'service_credential_added success',
      'service_credential_revoked success',
    ]);
    for (const event of events)
      expect(event).toMatchObject({
        userId: id,
        actorId: admin.id,
        detail: { credential: expect.any(String) },
      });
  });

  test.each(['ES256', 'EdDSA', 'PS256'])('VN-7: a public key for %s is registered and signs', async (alg) => {
    const { id } = await make();
    const { jwk, privateKey } = await publicJwk(alg);
    const answer = await addTo(id, {
      kind: 'public_key',
      public_jwk: { ...jwk, kid: 'mine', use: 'sig', alg },
    });
    expect(answer).toMatchObject({
      status: 201,
      body: { kind: 'public_key', thumbprint: expect.any(String) },
    });
    expect(answer.body).not.toHaveProperty('client_secret');
    const jwt = await assertionOf(id, privateKey, { header: { alg } });
    expect((await fetchByAssertion(world, jwt)).status).toBe(200);
  });

  test('VN-6: a public key that was revoked is not registered again', async () => {
    const { id } = await make();
    const { jwk } = await publicJwk();
    const { credential_id } = (await addTo(id, { kind: 'public_key', public_jwk: jwk })).body;
    await admin.act('DELETE', `${accounts}/${id}/credentials/${credential_id}`);
    const again = await addTo(id, { kind: 'public_key', public_jwk: { ...jwk, kid: 'other' } });
    expect(again).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/public_jwk' }] } });
  });

  test.each([
    ['EC', 'ES256', 'ES256'],
    ['Ed25519 by its name of now', 'Ed25519', 'Ed25519'],
    ['Ed25519 by its name of before', 'Ed25519', 'EdDSA'],
    ['RSA, for RS256', 'RS256', 'RS256'],
    ['RSA, for PS256', 'PS256', 'PS256'],
  ])('VN-7: takes a JWK with all that others write into it: %s', async (_what, made, alg) => {
    const { id } = await make();
    const { jwk, privateKey } = await publicJwk(made);
    const described = { kid: 'k1', use: 'sig', alg, key_ops: ['verify'], ext: true, exp: 1_770_112_800 };
    const certified = { x5c: ['MIIB'], x5t: 'AAAA', 'x5t#S256': 'AAAA', x5u: 'https://pki.example' };
    const own = { iat: 1, jku: 'https://keys.example', 'example.com/tenant': { id: 7 } };
    const public_jwk = { ...jwk, ...described, ...certified, ...own };
    expect((await addTo(id, { kind: 'public_key', public_jwk })).status).toBe(201);
    const jwt = await assertionOf(id, privateKey, { header: { alg } });
    expect((await fetchByAssertion(world, jwt)).status).toBe(200);
  });

  test('VN-7: anything but a public key of an allowed kind is refused and named', async () => {
    const { id } = await make();
    const { jwk, privateJwk } = await publicJwk();
    const rsa = await publicJwk('PS256');
    const weak = { kty: 'RSA', e: 'AQAB', n: Buffer.alloc(128, 255).toString('base64url') };
    const cases: readonly (readonly [unknown, string])[] = [
      [privateJwk, '#/public_jwk/d'],
      [rsa.privateJwk, '#/public_jwk/d'],
      [{ kty: 'oct', k: 'AAAA' }, '#/public_jwk/k'],
      [{ ...jwk, kty: 'XX' }, '#/public_jwk/kty'],
      [{ ...jwk, kty: ['EC'] }, '#/public_jwk/kty'],
      ...['__proto__', 'constructor', 'toString', 'hasOwnProperty'].map(
        (kty) => [{ ...jwk, kty }, '#/public_jwk/kty'] as const,
      ),
      [{}, '#/public_jwk/kty'],
      [(await publicJwk('ES384')).jwk, '#/public_jwk/crv'],
      [{ ...jwk, crv: 'secp256k1' }, '#/public_jwk/crv'],
      [{ ...(await publicJwk('EdDSA')).jwk, crv: 'X25519' }, '#/public_jwk/crv'],
      [{ ...jwk, x: 'AAAA' }, '#/public_jwk'],
      [{ ...jwk, x: jwk.y }, '#/public_jwk'],
      [{ ...jwk, x: 7 }, '#/public_jwk/x'],
      [{ ...jwk, y: undefined }, '#/public_jwk/y'],
      [{ ...jwk, use: 'enc' }, '#/public_jwk/use'],
      [{ ...jwk, alg: 'ES384' }, '#/public_jwk/alg'],
      [{ ...jwk, alg: 'Ed25519' }, '#/public_jwk/alg'],
      [{ ...rsa.jwk, alg: 'RS512' }, '#/public_jwk/alg'],
      [{ ...rsa.jwk, x5c: ['AAAA'], d: 'AAAA' }, '#/public_jwk/d'],
      [weak, '#/public_jwk/n'],
      [{ ...rsa.jwk, e: 'Aw' }, '#/public_jwk/e'],
      [[jwk], '#/public_jwk'],
      ['x', '#/public_jwk'],
    ];
    for (const [public_jwk, pointer] of cases) {
      const answer = await addTo(id, { kind: 'public_key', public_jwk });
      expect(answer, JSON.stringify(public_jwk)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer }] },
      });
    }
    expect(await addTo(id, { kind: 'public_key' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '#/public_jwk' }] },
    });
    const both = await addTo(id, { kind: 'secret', public_jwk: jwk });
    expect(both).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/public_jwk' }] } });
    expect((await admin.act('GET', `${accounts}/${id}`)).body.credentials).toEqual([]);
  });

  test.each([0, 59, 366 * 86_400, 1.5, '3600', null, -1])(
    'VN-6: lasts a year at most: not %j',
    async (expires_in) => {
      const { id } = await make();
      const answer = await addTo(id, { kind: 'secret', expires_in });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/expires_in' }] } });
      const year = await addTo(id, { kind: 'secret', expires_in: 365 * 86_400 });
      expect(year.body.expires_at).toBe(new Date(Date.now() + 365 * 86_400_000).toISOString());
    },
  );

  test('HT-4: another account’s credential is not found', async () => {
    const { id } = await make();
    const other = await makeService(world);
    for (const [account, credential] of [
      [id, other.credentialId],
      [randomUUID(), other.credentialId],
      [id, randomUUID()],
    ]) {
      const answer = await admin.act('DELETE', `${accounts}/${account}/credentials/${credential}`);
      expect(answer).toMatchObject({ status: 404, type: '/problems/not-found' });
    }
    expect((await other.fetchToken()).status).toBe(200);
    for (const [method, url, body] of [
      ['GET', `${accounts}/${randomUUID()}`, undefined],
      ['PATCH', `${accounts}/${randomUUID()}`, { owner: 'x' }],
      ['POST', `${accounts}/${randomUUID()}/credentials`, { kind: 'secret' }],
    ] as const)
      expect((await admin.act(method, url, body)).status).toBe(404);
  });
});

describe('who may', () => {
  const everything = (id: string) =>
    [
      ['POST', accounts, names()],
      ['PATCH', `${accounts}/${id}`, { owner: 'x' }],
      ['POST', `${accounts}/${id}/credentials`, { kind: 'secret' }],
      ['DELETE', `${accounts}/${id}/credentials/${randomUUID()}`, undefined],
    ] as const;

  test('SE-4: an auditor reads and changes nothing; helpdesk does neither', async () => {
    const { id } = await make();
    const auditor = await staff(world, 'auditor');
    const helpdesk = await staff(world, 'helpdesk');
    for (const url of [accounts, `${accounts}/${id}`]) {
      expect((await auditor.act('GET', url)).status).toBe(200);
      expect(await helpdesk.act('GET', url)).toMatchObject({
        status: 403,
        type: '/problems/insufficient-scope',
      });
    }
    for (const [method, url, body] of everything(id)) {
      for (const one of [auditor, helpdesk])
        expect(await one.act(method, url, body)).toMatchObject({
          status: 403,
          type: '/problems/insufficient-scope',
        });
    }
    expect((await admin.act('GET', `${accounts}/${id}`)).body.version).toBe(1);
  });

  test('SE-12: writing asks for a factor of the last five minutes, reading does not', async () => {
    const other = await staff(world);
    const { id } = await make();
    wait(301);
    const { body } = await world.call('POST', '/auth/mfa/step-up', {}, { bearer: other.bearer });
    expect(body).toMatchObject({ type: '/problems/invalid-token' }); // an admin's token lasts five minutes as well
    const again = await other.loginWithTotp(other.secret, 'admin');
    const bearer = again.body.access_token;
    const call = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, sent?: Record<string, unknown>) =>
      world.call(method, url, sent, { bearer });
    wait(299);
    expect((await call('GET', `${accounts}/${id}`)).status).toBe(200);
    expect((await call('PATCH', `${accounts}/${id}`, { owner: 'y' })).status).toBe(200);
    const fresh = (await world.call('POST', '/auth/refresh', { refresh_token: again.body.refresh_token }))
      .body;
    wait(2);
    const later = (
      method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
      url: string,
      sent?: Record<string, unknown>,
    ) => world.call(method, url, sent, { bearer: fresh.access_token });
    expect((await later('GET', accounts)).status).toBe(200);
    for (const [method, url, sent] of everything(id))
      expect(await later(method, url, sent)).toMatchObject({
        status: 403,
        type: '/problems/mfa-token-required',
      });
  });

  test('SE-5: nobody from another area, and no program', async () => {
    const { id } = await make();
    const ann = await world.user({ roles: ['admin', 'user', 'vendor'] });
    const { bearer } = await ann.enrolTotp();
    const service = await makeService(world, { scopes: ['services:read', 'services:write'] });
    for (const one of [bearer, await service.token()]) {
      for (const [method, url, body] of [...everything(id), ['GET', accounts, undefined] as const])
        expect((await world.call(method, url, body, { bearer: one })).status).toBe(401);
    }
  });
});
