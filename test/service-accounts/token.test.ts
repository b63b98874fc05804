import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { changeServiceAccount } from '../../src/features/service-accounts/change-service-account.ts';
import { revokeCredential } from '../../src/features/service-accounts/credentials.ts';
import { wait } from '../support/actor.ts';
import { eventsDuring, inWords } from '../support/audit.ts';
import { addSecret, basic, makeService, postForm } from '../support/services.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext, issuer } from '../support/world.ts';

const world = useWorld();

const grant = { grant_type: 'client_credentials' };
const refusal = {
  status: 401,
  body: { error: 'invalid_client', error_description: 'Client authentication failed' },
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
};
const challenge = 'Basic realm="sallyport", charset="UTF-8"';

describe('POST /oauth/token', () => {
  test('C12 VN-5 JW-4: gives a token of a program, and says so', async () => {
    const { id, credentialId, fetchToken } = await makeService(world);
    const { status, body, headers } = await fetchToken();
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'sync:read sync:write',
    });
    const jwks = (await world.call('GET', '/.well-known/jwks.json')).body;
    const options = { issuer, audience: `${issuer}/areas/service`, typ: 'at+jwt', algorithms: ['ES256'] };
    const { payload } = await jwtVerify(body.access_token, createLocalJWKSet(jwks), options);
    expect(payload).toEqual({
      iss: issuer,
      sub: id,
      client_id: id,
      aud: `${issuer}/areas/service`,
      cred: credentialId,
      scope: 'sync:read sync:write',
      acr: 'urn:sallyport:acr:svc',
      mfa: false,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      iat: expect.any(Number),
      nbf: payload.iat,
      exp: Number(payload.iat) + 900,
    });
    expect(decodeProtectedHeader(body.access_token)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
  });

  test('VN-5: takes the secret in the header as well, encoded as RFC 6749 2.3.1 says', async () => {
    const { id, secret } = await makeService(world);
    const answer = await postForm(world, '/oauth/token', grant, { headers: basic(id, secret) });
    expect(answer.status).toBe(200);
    const escaped = `%${id.charCodeAt(0).toString(16)}${id.slice(1)}:${secret}`;
    const authorization = `basic ${Buffer.from(escaped).toString('base64')}`;
    expect((await postForm(world, '/oauth/token', grant, { headers: { authorization } })).status).toBe(200);
    const beside = await postForm(
      world,
      '/oauth/token',
      { ...grant, client_id: id },
      { headers: basic(id, secret) },
    );
    expect(beside.status).toBe(200);
  });

  test('VN-6: gives the scopes that are asked for, and no more than there are', async () => {
    const { fetchToken } = await makeService(world);
    const { body } = await fetchToken({ scope: 'sync:read' });
    expect(body.scope).toBe('sync:read');
    expect(decodeJwt(body.access_token).scope).toBe('sync:read');
    expect((await fetchToken({ scope: 'sync:read sync:read' })).body.scope).toBe('sync:read');
    for (const scope of [
      'admin',
      'sync:read admin',
      'sync:read  sync:write',
      'sync',
      'SYNC:READ',
      ' sync:read',
    ]) {
      const refused = await fetchToken({ scope });
      expect(refused, scope).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
      expect(refused.body, scope).not.toHaveProperty('access_token');
    }
  });

  test('C17 JW-11: knows no password grant, and no other than client_credentials', async () => {
    const ann = await world.user();
    const { id, secret } = await makeService(world);
    const named = { username: ann.username, password: ann.password };
    for (const grant_type of [
      'password',
      'authorization_code',
      'refresh_token',
      'implicit',
      'x',
      'CLIENT_CREDENTIALS',
    ]) {
      const answer = await postForm(world, '/oauth/token', {
        grant_type,
        ...named,
        client_id: id,
        client_secret: secret,
      });
      expect(answer).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } });
    }
    expect(await postForm(world, '/oauth/token', { client_id: id, client_secret: secret })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: expect.stringContaining('grant_type') },
    });
  });

  test('HT-3: ignores what it does not know (RFC 6749 3.2), and what was sent without a value', async () => {
    const { fetchToken } = await makeService(world);
    const more = { resource: 'https://gis.example.gov', __proto__x: '1', scope: '', client_assertion: '' };
    expect((await fetchToken(more)).body.scope).toBe('sync:read sync:write');
  });

  test.each([
    ['a parameter that comes twice', 'grant_type=client_credentials&grant_type=client_credentials'],
    ['a secret that comes twice', 'grant_type=client_credentials&client_secret=a&client_secret=b'],
    ['one with and one without a value', 'grant_type=client_credentials&scope=&scope=sync:read'],
    ['half an escape', 'grant_type=client_credentials&scope=%z'],
    ['broken UTF-8', 'grant_type=client_credentials&scope=%ff'],
    ['a NUL', 'grant_type=client_credentials&scope=%00'],
    ['__proto__', '__proto__=x'],
    ['nothing', ''],
  ])('HT-3: refuses %s', async (_, text) => {
    const answer = await postForm(world, '/oauth/token', text);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ error: 'invalid_request', error_description: expect.any(String) });
    expect(answer.body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  test('HT-2 HT-3: takes forms alone, of at most 16 KiB, and no query', async () => {
    const { id, secret } = await makeService(world);
    const all = { ...grant, client_id: id, client_secret: secret };
    const json = await world.call('POST', '/oauth/token', all);
    expect(json).toMatchObject({ status: 415, body: { status: 415 } });
    const big = await postForm(world, '/oauth/token', { ...all, scope: 'x'.repeat(17_000) });
    expect(big.status).toBe(413);
    const query = await postForm(world, `/oauth/token?client_id=${id}`, all);
    expect(query).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect((await world.call('GET', '/oauth/token')).status).toBe(405);
  });

  test('HT-3: refuses more than one way of saying who calls', async () => {
    const { id, secret, fetchToken } = await makeService(world);
    const other = await makeService(world);
    for (const answer of [
      await fetchToken({}, { headers: basic(id, secret) }),
      await fetchToken({ client_assertion: 'a.b.c' }),
      await fetchToken({ client_id: undefined }),
      await postForm(
        world,
        '/oauth/token',
        { ...grant, client_id: other.id },
        { headers: basic(id, secret) },
      ),
    ]) {
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    }
  });

  test('attack 34: takes an access token under no other scheme', async () => {
    const { id, token } = await makeService(world);
    const bearer = await token();
    for (const authorization of [
      `Bearer ${bearer}`,
      `Token ${bearer}`,
      `Basic ${bearer}`,
      'Basic',
      'Basic !!!',
      'Basic Og==',
    ]) {
      const answer = await postForm(world, '/oauth/token', grant, { headers: { authorization } });
      expect(answer).toMatchObject(refusal);
      const triedBasic = authorization.startsWith('Basic');
      expect(answer.headers['www-authenticate']).toBe(triedBasic ? challenge : undefined);
    }
    for (const [name, secret] of [
      ['', bearer],
      [bearer, ''],
      [id, bearer],
    ] as const) {
      const answer = await postForm(world, '/oauth/token', grant, { headers: basic(name, secret) });
      expect(answer).toMatchObject(refusal);
      expect(answer.headers['www-authenticate']).toBe(challenge);
    }
    const client = { client_id: id, client_secret: 'wrong' };
    for (const url of ['/oauth/token', '/oauth/introspect', '/oauth/revoke'])
      for (const said of [{}, { client_id: id }, client]) {
        const answer = await postForm(world, url, { ...grant, token: bearer, ...said });
        if (answer.status === 200) continue; // to revoke, one may be nobody
        expect(answer).toMatchObject(refusal);
        expect(answer.headers).not.toHaveProperty('www-authenticate');
      }
  });
});

describe('one answer for every fault of a client', () => {
  type Case = {
    readonly what: string;
    readonly reason: string;
    readonly given: () => Promise<() => Promise<{ status: number }>>;
  };
  const ofService = async (given = {}) => makeService(world, given);

  const cases: readonly Case[] = [
    {
      what: 'an unknown client',
      reason: 'unknown client',
      given: async () => {
        const { fetchToken } = await ofService();
        return () => fetchToken({ client_id: '00000000-0000-4000-8000-000000000000' });
      },
    },
    {
      what: 'a client by another spelling of its id',
      reason: 'unknown client',
      given: async () => {
        const { id, fetchToken } = await ofService();
        return () => fetchToken({ client_id: `{${id.toUpperCase()}}` });
      },
    },
    {
      what: 'a client by its name',
      reason: 'unknown client',
      given: async () => {
        const { name, fetchToken } = await ofService();
        return () => fetchToken({ client_id: name });
      },
    },
    {
      what: 'a wrong secret',
      reason: 'wrong secret',
      given: async () => {
        const { fetchToken } = await ofService();
        return () => fetchToken({ client_secret: 'x' });
      },
    },
    {
      what: 'the secret of another client',
      reason: 'wrong secret',
      given: async () => {
        const { fetchToken } = await ofService();
        const { secret } = await ofService();
        return () => fetchToken({ client_secret: secret });
      },
    },
    {
      what: 'the hash of the secret, as it is stored',
      reason: 'wrong secret',
      given: async () => {
        const { credentialId, fetchToken } = await ofService();
        const { secretHash } = await world.deps.db
          .selectFrom('serviceCredentials')
          .select('secretHash')
          .where('id', '=', credentialId)
          .executeTakeFirstOrThrow();
        return () => fetchToken({ client_secret: String(secretHash) });
      },
    },
    {
      what: 'a revoked credential',
      reason: 'revoked credential',
      given: async () => {
        const { id, credentialId, fetchToken } = await ofService();
        await revokeCredential(world.deps, consoleContext(), { actorId: null, accountId: id, credentialId });
        return fetchToken;
      },
    },
    {
      what: 'an expired credential',
      reason: 'expired credential',
      given: async () => {
        const { fetchToken } = await ofService({ seconds: 60 });
        wait(60);
        return fetchToken;
      },
    },
    {
      what: 'a disabled account',
      reason: 'disabled',
      given: async () => {
        const { id, fetchToken } = await ofService();
        await changeServiceAccount(world.deps, consoleContext(), {
          actorId: null,
          id,
          change: { status: 'disabled' },
        });
        return fetchToken;
      },
    },
    {
      what: 'an account whose window is over',
      reason: 'after the window',
      given: async () => {
        const { fetchToken } = await ofService({ enabledUntil: new Date(Date.now() + 5_000) });
        wait(5);
        return fetchToken;
      },
    },
    {
      what: 'an account whose window has not begun',
      reason: 'before the window',
      given: async () => {
        const { fetchToken } = await ofService({ enabledFrom: new Date(Date.now() + 60_000) });
        return fetchToken;
      },
    },
    {
      what: 'another network than those allowed',
      reason: 'outside the networks',
      given: async () => {
        const { fetchToken } = await ofService({ networks: ['198.51.100.0/24', '2001:db8::/32'] });
        return fetchToken;
      },
    },
  ];

  test.each(cases)('VN-5 VN-6 attack 37: $what', async ({ reason, given }) => {
    wait(0);
    const act = await given();
    let answer: { status: number } | undefined;
    const events = await eventsDuring(world, async () => {
      answer = await act();
    });
    expect(answer).toMatchObject(refusal);
    expect(events.map(inWords)).toEqual(['service_token_refused refused']);
    expect(events[0]).toMatchObject({ area: 'service', detail: { reason } });
    expect(events[0]?.userId === null).toBe(reason === 'unknown client');
  });

  test('VN-5: the networks that are allowed are let in, of both kinds', async () => {
    const { fetchToken } = await makeService(world, { networks: ['198.51.100.0/24', '2001:db8::/32'] });
    for (const ip of ['198.51.100.7', '2001:db8:1::1', '::ffff:198.51.100.7'])
      expect((await fetchToken({}, { ip })).status, ip).toBe(200);
    for (const ip of ['198.51.101.7', '2001:db9::1', '::ffff:198.51.101.7'])
      expect((await fetchToken({}, { ip })).status, ip).toBe(401);
  });
});

describe('rotation', () => {
  test('VN-6: two credentials work side by side, and the second goes on when the first is revoked', async () => {
    const { id, credentialId, secret, fetchToken } = await makeService(world);
    const second = await addSecret(world, id);
    expect((await fetchToken()).status).toBe(200);
    expect((await fetchToken({}, {}, second.secret)).status).toBe(200);
    expect(second.secret).not.toBe(secret);
    expect(secret).toMatch(/^[\w-]{43}$/);

    await revokeCredential(world.deps, consoleContext(), { actorId: null, accountId: id, credentialId });
    expect((await fetchToken()).status).toBe(401);
    expect((await fetchToken({}, {}, second.secret)).status).toBe(200);
  });

  test('VN-6: of any number that are added at once no more than two live', async () => {
    const { id } = await makeService(world);
    const added = await Promise.allSettled(Array.from({ length: 6 }, () => addSecret(world, id)));
    expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { length } = await world.deps.db
      .selectFrom('serviceCredentials')
      .select('id')
      .where('accountId', '=', id)
      .execute();
    expect(length).toBe(2);
  });

  test('VN-6: a credential ends after ninety days, and a token with what it was fetched with', async () => {
    wait(0);
    const { fetchToken } = await makeService(world);
    wait(90 * 86_400 - 100);
    const { body } = await fetchToken();
    expect(body.expires_in).toBe(100);
    wait(100);
    expect((await fetchToken()).status).toBe(401);
  });

  test('VN-6: nothing of a secret is stored but its hash', async () => {
    const { secret, token } = await makeService(world);
    const bearer = await token();
    const rows = JSON.stringify([
      await world.deps.db.selectFrom('serviceCredentials').selectAll().execute(),
      await world.deps.db.selectFrom('serviceAccounts').selectAll().execute(),
      await world.deps.db.selectFrom('auditEvents').selectAll().execute(),
      world.logs,
    ]);
    expect(rows).not.toContain(secret);
    expect(rows).not.toContain(bearer);
  });
});

describe('failures', () => {
  const wrong = { client_secret: 'wrong' };

  test('RL-1: after ten of a client from a network it is not listened to, right or wrong, for a while', async () => {
    wait(0);
    const { fetchToken } = await makeService(world);
    for (let tried = 0; tried < 10; tried += 1) expect((await fetchToken(wrong)).status).toBe(401);
    const throttled = await fetchToken(wrong);
    expect(throttled).toMatchObject({ status: 429, body: { type: '/problems/too-many-attempts' } });
    expect(throttled.headers['retry-after']).toBe('900');
    expect((await fetchToken()).status).toBe(429);
    expect((await fetchToken({}, { ip: '198.51.100.9' })).status).toBe(200);
    const other = await makeService(world);
    expect((await other.fetchToken()).status).toBe(200);
    wait(900);
    expect((await fetchToken()).status).toBe(200);
  });

  test('RL-6: of any number that come together ten are answered', async () => {
    const { fetchToken } = await makeService(world);
    const answers = await Promise.all(Array.from({ length: 30 }, () => fetchToken(wrong)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
  });

  test('RL-1: an unknown client is counted like a known one', async () => {
    const { fetchToken } = await makeService(world);
    const unknown = { client_id: '00000000-0000-4000-8000-00000000abcd' };
    for (let tried = 0; tried < 10; tried += 1) expect((await fetchToken(unknown)).status).toBe(401);
    expect((await fetchToken(unknown)).status).toBe(429);
  });

  test('RL-1: success clears them, and any number of right ones may come together', async () => {
    const { fetchToken } = await makeService(world);
    for (let tried = 0; tried < 9; tried += 1) await fetchToken(wrong);
    const answers = await Promise.all(Array.from({ length: 30 }, () => fetchToken()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(30);
    for (let tried = 0; tried < 9; tried += 1) expect((await fetchToken(wrong)).status).toBe(401);
    expect((await fetchToken()).status).toBe(200);
  });

  test('RL-1: they are audited, and so is an attempt that was not checked', async () => {
    const { id, fetchToken } = await makeService(world);
    for (let tried = 0; tried < 10; tried += 1) await fetchToken(wrong);
    const events = await eventsDuring(world, () => fetchToken());
    expect(events.map(inWords)).toEqual(['excess_rate_limit_exceeded refused']);
    expect(events[0]).toMatchObject({ userId: id, area: 'service' });
  });
});

test('VN-5: a service account logs in nowhere: its name is as unknown as any', async () => {
  const { id, name, secret } = await makeService(world);
  const unknown = await world.call('POST', '/auth/login', { username: 'nobody-at-all', password: secret });
  for (const username of [name, id]) {
    const answer = await world.call('POST', '/auth/login', { username, password: secret });
    expect(answer.status).toBe(401);
    const { instance: _, ...body } = answer.body;
    expect(body).toEqual({ ...unknown.body, instance: undefined });
  }
  const area = await world.call('POST', '/auth/login', { username: name, password: secret, area: 'service' });
  expect(area.status).toBe(400);
});

test('AU-2: a token that is issued is audited, with the credential and the scopes', async () => {
  const { id, credentialId, fetchToken } = await makeService(world);
  const events = await eventsDuring(world, () => fetchToken({ scope: 'sync:read' }));
  expect(events.map(inWords)).toEqual(['service_token_issued success']);
  expect(events[0]).toMatchObject({
    userId: id,
    area: 'service',
    detail: { credential: credentialId, scopes: ['sync:read'] },
  });
});
