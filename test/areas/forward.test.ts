import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { setPolicy } from '../support/devices.ts';
import { eventsOf, throttleOf, vendorWithTotp } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { type Call, consoleContext, createWorld, type World } from '../support/world.ts';

const headerNames = ['subject', 'username', 'roles', 'scopes', 'mfa', 'acr'] as const;

describe('GET /auth/forward', () => {
  const world = useWorld();

  const ask = (query: string, how: Call = {}, to: World = world) =>
    to.call('GET', `/auth/forward?${query}`, undefined, how);
  const headersOf = ({ headers }: Awaited<ReturnType<typeof ask>>) =>
    Object.fromEntries(headerNames.map((name) => [name, headers[`x-auth-${name}`]]));

  async function vendor() {
    const vera = await world.user({ roles: ['vendor', 'user'] });
    return { ...vera, bearer: String((await vera.login('vendor')).body.access_token) };
  }

  describe('lets pass', () => {
    test('VN-1 SE-13 the bearer of the area, and the backend learns who that is; there is no body and nothing to keep', async () => {
      const { id, username, bearer } = await vendor();
      const answer = await ask('area=vendor', { bearer });
      expect(answer).toMatchObject({ status: 200, body: null });
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'content-length': '0' });
      expect(answer.headers).not.toHaveProperty('content-type');
      expect(headersOf(answer)).toEqual({
        subject: id,
        username,
        roles: 'vendor,user',
        scopes: 'data:read',
        mfa: 'false',
        acr: 'urn:sallyport:acr:1',
      });
    });

    test('each header is there even if it is empty, so that none of the client’s own gets through', async () => {
      const { id, bearer } = await vendor();
      const { deps } = world;
      const find = deps.sessions.find;
      const bare = vi.spyOn(deps.sessions, 'find').mockImplementation(async (...asked) => {
        const session = await find(...asked);
        return session && { ...session, user: { ...session.user, username: 'ann\r\nx: 1 ü\ud800' } };
      });
      const answer = await ask('area=vendor', { bearer });
      bare.mockRestore();
      expect(answer.headers['x-auth-username']).toBe('ann%0D%0Ax: 1 %C3%BC%EF%BF%BD');
      expect(answer.headers['x-auth-subject']).toBe(id);
      for (const name of headerNames) expect(answer.headers).toHaveProperty(`x-auth-${name}`);
    });

    test.each(['data:read', 'data:read+data:read', 'data:read%20data:read', 'data:read%2Bdata:read'])(
      'SE-4 a program with every scope that is asked: %s',
      async (scope) => {
        const { bearer } = await vendor();
        expect((await ask(`area=vendor&scope=${scope}`, { bearer })).status).toBe(200);
      },
    );

    test('SE-1 an administrator with a second factor, and says how strong it was', async () => {
      const root = await world.user({ roles: ['admin'] });
      const { secret } = await root.enrolTotp((await root.login('admin')).body.enrollment_token);
      wait(30);
      const { body } = await root.loginWithTotp(secret, 'admin');
      const answer = await ask('area=admin&scope=users:read+users:write&mfa=required', {
        bearer: body.access_token,
      });
      expect(answer.status).toBe(200);
      expect(headersOf(answer)).toMatchObject({ mfa: 'true', acr: 'urn:sallyport:acr:2' });
    });
  });

  describe('max_age', () => {
    test('SE-5 a session whose second step is older needs a code, or a proof that is new enough', async () => {
      const vera = await vendorWithTotp(world);
      const bearer: string = (await vera.login('vendor', { mfa_token: vera.code() })).body.access_token;
      const at = (age: number, mfa?: string, who = 'required') =>
        ask(`area=vendor&mfa=${who}&max_age=${age}`, { bearer, ...(mfa && { mfa }) });
      expect((await at(60)).status).toBe(200);
      wait(90);
      for (const who of ['required', 'if_enrolled']) {
        const old = await at(60, undefined, who);
        expect(old).toMatchObject({
          status: 403,
          type: '/problems/mfa-token-required',
          body: { max_age: 60 },
        });
        expect(String(old.headers['www-authenticate'])).toContain('max_age="60"');
      }
      const code = vera.code();
      expect((await at(600, code)).status).toBe(200); // the session is new enough, so the code stays
      expect((await at(60, code)).status).toBe(200);
      expect((await at(60, code)).type).toBe('/problems/mfa-token-used');
      wait(30);
      const sent = { mfa_token: vera.code() };
      const proof: string = (await world.call('POST', '/auth/mfa/proof', sent, { bearer })).body.mfa_proof;
      expect((await at(60, proof)).status).toBe(200);
      wait(61);
      expect((await at(60, proof)).type).toBe('/problems/mfa-token-required');
      expect((await at(90, proof)).status).toBe(200);
    });

    test.each([
      'max_age=60',
      'mfa=required&max_age=0',
      'mfa=required&max_age=-60',
      'mfa=required&max_age=1e3',
      'mfa=required&max_age=100000',
      'mfa=required&max_age=',
      'mfa=required&max_age=60&max_age=60',
    ])('that could be read in two ways lets nobody in: %s', async (query) => {
      const { bearer } = await vendor();
      const answer = await ask(`area=vendor&${query}`, { bearer });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '?max_age' }] } });
    });
  });

  describe('SE-5 LG-2 refuses', () => {
    test.each(['admin', 'public', 'vendor'])('a token of another area than %s', async (area) => {
      const root = await world.user({ roles: ['admin', 'vendor', 'user'] });
      const { secret } = await root.enrolTotp();
      wait(30);
      const bearers: Record<string, string> = {
        vendor: (await root.login('vendor')).body.access_token,
        public: (await root.loginWithTotp(secret)).body.access_token,
      };
      wait(30);
      bearers.admin = (await root.loginWithTotp(secret, 'admin')).body.access_token;
      for (const [from, bearer] of Object.entries(bearers)) {
        const answer = await ask(`area=${area}`, { bearer });
        expect([from, answer.status]).toEqual([from, from === area ? 200 : 401]);
        if (from !== area) expect(answer.type).toBe('/problems/invalid-token');
      }
    });

    test('every kind of token that is no access token', async () => {
      const vera = await vendorWithTotp(world);
      wait(30);
      const root = await world.user({ roles: ['admin'] });
      const kinds = {
        temp: (await vera.login()).body.temp_token,
        proof: (await vera.proofOf(vera.code())).body.mfa_proof,
        enrolment: (await root.login('admin')).body.enrollment_token,
        refresh: (await (await world.user()).login()).body.refresh_token,
      };
      for (const [kind, bearer] of Object.entries(kinds)) {
        for (const area of ['admin', 'public', 'vendor'])
          expect([kind, (await ask(`area=${area}`, { bearer })).status]).toEqual([kind, 401]);
      }
    });

    test('JW-7 without a token, saying how; with a bad one, saying why', async () => {
      const none = await ask('area=vendor');
      expect(none).toMatchObject({ status: 401, type: '/problems/authentication-required' });
      expect(none.headers['www-authenticate']).toEqual(['Bearer']);
      const bad = await ask('area=vendor', { bearer: 'a.b.c' });
      expect(bad).toMatchObject({ status: 401, type: '/problems/invalid-token' });
      expect(bad.headers['www-authenticate']).toEqual(['Bearer error="invalid_token"']);
    });

    test('attack 34 the same token under another scheme, in a cookie or in the URL', async () => {
      const { bearer } = await vendor();
      const basic = Buffer.from(`${bearer}:`).toString('base64');
      const others: Call[] = [
        { headers: { authorization: `Basic ${basic}` } },
        { headers: { authorization: `Token ${bearer}` } },
        { headers: { cookie: `access_token=${bearer}` } },
        { headers: { 'x-forwarded-authorization': `Bearer ${bearer}` } },
        { headers: { 'x-auth-request-access-token': bearer } },
      ];
      for (const how of others) expect((await ask('area=vendor', how)).status).toBe(401);
      expect((await ask(`area=vendor&access_token=${bearer}`)).status).toBe(400);
    });

    test('SE-4 JW-7 a scope that is missing, naming all that are needed', async () => {
      const { bearer } = await vendor();
      for (const scope of ['data:write', 'data:read+data:write', 'data:write+data:read']) {
        const answer = await ask(`area=vendor&scope=${scope}`, { bearer });
        const needed = scope.replace('+', ' ');
        expect(answer).toMatchObject({
          status: 403,
          type: '/problems/insufficient-scope',
          body: { scope: needed },
        });
        expect(answer.headers['www-authenticate']).toEqual([
          `Bearer error="insufficient_scope", scope="${needed}"`,
        ]);
      }
    });

    test('attack 36 SE-7 a session that ended, a user who was disabled, roles that were taken', async () => {
      const ends: ((vera: Awaited<ReturnType<typeof vendor>>) => Promise<unknown>)[] = [
        ({ bearer }) => world.call('POST', '/auth/logout', undefined, { bearer }),
        ({ id }) =>
          changeAccountStatus(world.deps, consoleContext(), id, {
            status: 'disabled',
          }),
        ({ id }) =>
          changeAccountStatus(world.deps, consoleContext(), id, {
            roles: ['user'],
          }),
      ];
      for (const end of ends) {
        const vera = await vendor();
        expect((await ask('area=vendor', vera)).status).toBe(200);
        await end(vera);
        expect(await ask('area=vendor', vera)).toMatchObject({
          status: 401,
          type: '/problems/invalid-token',
        });
      }
    });

    test('SE-3 after half an hour', async () => {
      const { bearer } = await vendor();
      wait(30 * 60 - 1);
      expect((await ask('area=vendor', { bearer })).status).toBe(200);
      wait(2);
      expect((await ask('area=vendor', { bearer })).status).toBe(401);
    });
  });

  describe('the second step', () => {
    test('VN-1 is not asked for beyond the policy of the area where the gateway does not ask', async () => {
      const vera = await vendorWithTotp(world);
      wait(30);
      const answer = await ask('area=vendor', { bearer: vera.bearer, mfa: vera.code() });
      expect(answer.status).toBe(200);
      expect(headersOf(answer)).toMatchObject({ mfa: 'false' });
      // What was not asked for was not spent.
      expect((await ask('area=vendor&mfa=required', { bearer: vera.bearer, mfa: vera.code() })).status).toBe(
        200,
      );
    });

    test('VN-1 VN-2 a code lifts the request that it comes with, once, and the answer says so', async () => {
      const vera = await vendorWithTotp(world);
      wait(30);
      for (const query of ['area=vendor&mfa=if_enrolled', 'area=vendor&mfa=required&scope=data:read']) {
        const none = await ask(query, { bearer: vera.bearer });
        expect(none).toMatchObject({ status: 403, type: '/problems/mfa-token-required' });
        expect(none.headers['www-authenticate']).toBe(
          'MFA, Bearer error="insufficient_user_authentication", acr_values="urn:sallyport:acr:1plus urn:sallyport:acr:2r urn:sallyport:acr:2 phr"',
        );
        const lifted = await ask(query, { bearer: vera.bearer, mfa: vera.code() });
        expect(lifted.status).toBe(200);
        expect(headersOf(lifted)).toMatchObject({ mfa: 'true', acr: 'urn:sallyport:acr:2' });
        const again = await ask(query, { bearer: vera.bearer, mfa: vera.code() });
        expect(again).toMatchObject({ status: 403, type: '/problems/mfa-token-used' });
        expect(again.body.proof_endpoint).toBe('/auth/mfa/proof');
        wait(30);
      }
    });

    test('VN-2 of many requests with one code, one passes', async () => {
      const vera = await vendorWithTotp(world);
      wait(30);
      const mfa = vera.code();
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => ask('area=vendor&mfa=required', { bearer: vera.bearer, mfa })),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    test('VN-3 a proof lifts as many as it is sent with, with its own bearer alone, for ten minutes', async () => {
      const vera = await vendorWithTotp(world);
      wait(30);
      const mfa: string = (await vera.proofOf(vera.code())).body.mfa_proof;
      for (let time = 0; time < 5; time += 1) {
        const answer = await ask('area=vendor&mfa=required', { bearer: vera.bearer, mfa });
        expect(answer.status).toBe(200);
        expect(headersOf(answer)).toMatchObject({ mfa: 'true', acr: 'urn:sallyport:acr:2' });
      }
      const other: string = (await vera.login('vendor')).body.access_token;
      const borrowed = await ask('area=vendor&mfa=required', { bearer: other, mfa });
      expect(borrowed).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
      wait(601);
      expect((await ask('area=vendor&mfa=required', { bearer: vera.bearer, mfa })).status).toBe(403);
    });

    test('a user without any factor passes where only users with one are asked, and must enrol where it is required', async () => {
      const { id, bearer } = await vendor();
      expect((await ask('area=vendor&mfa=if_enrolled', { bearer })).status).toBe(200);
      const answer = await ask('area=vendor&mfa=required', { bearer });
      expect(answer).toMatchObject({
        status: 403,
        type: '/problems/mfa-enrollment-required',
        body: { methods: expect.arrayContaining(['totp']) },
      });
      expect(answer.body).not.toHaveProperty('enrollment_token');
      const [refused] = (await eventsOf(world, id)).slice(-1);
      expect(refused).toMatchObject({
        type: 'authz_fail',
        outcome: 'refused',
        detail: { route: '/auth/forward', reason: 'mfa-enrollment-required' },
      });
    });

    test('VN-4 recovery codes are not taken where the area does not take them, and cost nothing', async () => {
      await setPolicy(world, 'vendor', { recoveryCodeAtGuard: false });
      onTestFinished(() => setPolicy(world, 'vendor', { recoveryCodeAtGuard: true }));
      const vera = await vendorWithTotp(world);
      const mfa = vera.codes[0] ?? '';
      const answer = await ask('area=vendor&mfa=required', { bearer: vera.bearer, mfa });
      expect(answer).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
      expect(await throttleOf(world, vera.id)).toMatchObject({ paid: 0 });
    });

    test('attack 11 RL-1 wrong codes count with those at other endpoints, and then nothing is evaluated', async () => {
      const vera = await vendorWithTotp(world);
      wait(30);
      const mfa = wrongCodeOf(vera.secret);
      await vera.sensitive(mfa);
      for (let tried = 0; tried < 2; tried += 1)
        expect((await ask('area=vendor&mfa=required', { bearer: vera.bearer, mfa })).type).toBe(
          '/problems/mfa-token-invalid',
        );
      const blocked = await ask('area=vendor&mfa=required', { bearer: vera.bearer, mfa: vera.code() });
      expect(blocked).toMatchObject({ status: 429, type: '/problems/too-many-attempts' });
      expect(blocked.headers['retry-after']).toMatch(/^\d+$/);
      expect((await vera.sensitive(vera.code())).status).toBe(429);
    });

    test('VN-4 X-MFA-Token twice, or as a list, is refused', async () => {
      const vera = await vendorWithTotp(world);
      const twice = await ask('area=vendor&mfa=required', {
        bearer: vera.bearer,
        headers: { 'x-mfa-token': [vera.code(), vera.code()] },
      });
      expect(twice).toMatchObject({ status: 400, type: '/problems/invalid-request' });
      expect((await ask('area=vendor&mfa_token=123456', { bearer: vera.bearer })).status).toBe(400);
    });
  });

  describe('a gateway that is set up wrongly lets nobody in, and the answer says why:', () => {
    test.each([
      ['no area', '', '?area'],
      ['an area that is none', 'area=vendors', '?area'],
      ['an area in capitals', 'area=VENDOR', '?area'],
      ['an empty area', 'area=', '?area'],
      ['two areas', 'area=vendor&area=vendor', '?area'],
      ['two areas, one of them public', 'area=admin&area=public', '?area'],
      ['an empty scope', 'area=vendor&scope=', '?scope'],
      ['a scope with a hole', 'area=vendor&scope=a++b', '?scope'],
      ['a scope with a quote', 'area=vendor&scope=a%22b', '?scope'],
      ['a scope with a line end', 'area=vendor&scope=a%0d%0ab', '?scope'],
      ['two scopes', 'area=vendor&scope=data:read&scope=data:read', '?scope'],
      ['an endless scope', `area=vendor&scope=${'a'.repeat(501)}`, '?scope'],
      ['an empty mfa', 'area=vendor&mfa=', '?mfa'],
      ['an mfa that is none', 'area=vendor&mfa=true', '?mfa'],
      ['two of mfa', 'area=vendor&mfa=required&mfa=required', '?mfa'],
      ['a list', 'area[]=vendor', '?area[]'],
      ['a parameter of another product', 'area=vendor&rd=https://portal.example', '?rd'],
    ])('%s', async (_what, query, pointer) => {
      const { bearer } = await vendor();
      const answer = await ask(query, { bearer });
      expect(answer).toMatchObject({ status: 400, type: '/problems/invalid-request' });
      const pointers = answer.body.errors.map((one: { pointer: string }) => one.pointer);
      expect(pointers).toContain(pointer);
      expect(answer.headers).not.toHaveProperty('x-auth-subject');
    });

    test.each([{ 'content-length': '12' }, { 'transfer-encoding': 'chunked' }])(
      'the length of a body without the body: %o',
      async (headers) => {
        const { bearer } = await vendor();
        const answer = await ask('area=vendor', { bearer, headers });
        expect(answer).toMatchObject({
          status: 400,
          body: {
            errors: [{ pointer: 'Content-Length', detail: expect.stringContaining('without a body') }],
          },
        });
        expect((await ask('area=vendor', { bearer, headers: { 'content-length': '0' } })).status).toBe(200);
      },
    );

    test('HT-2 another method than GET', async () => {
      const { bearer } = await vendor();
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        const asked = await world.call(method, '/auth/forward?area=vendor', undefined, { bearer });
        expect([method, asked.status]).toEqual([method, 400]);
        const bare = await world.call(method, '/auth/forward', undefined, { bearer });
        expect([method, bare.status, bare.headers.allow]).toEqual([method, 405, 'GET']);
      }
    });
  });

  test('attack 11 attack 34 RL-8 nothing that a client says of itself or its request decides', async () => {
    const { bearer } = await vendor();
    const claims = {
      'x-auth-subject': 'root',
      'x-auth-username': 'root',
      'x-auth-roles': 'admin',
      'x-auth-mfa': 'true',
      'x-auth-scopes': 'users:write',
      'x-forwarded-for': '198.51.100.66',
      'x-forwarded-user': 'root',
      'x-forwarded-uri': '/auth/forward?area=public',
      'x-forwarded-method': 'OPTIONS',
      'x-original-url': '/health/live',
      'x-original-uri': '/health/live',
      'x-original-method': 'OPTIONS',
      'x-rewrite-url': '/health/live',
      'x-http-method-override': 'OPTIONS',
    };
    expect((await ask('area=vendor', { headers: claims })).status).toBe(401);
    expect((await ask('area=admin', { bearer, headers: claims })).status).toBe(401);
    const needed = { bearer, headers: claims };
    expect((await ask('area=vendor&scope=users:write', needed)).status).toBe(403);
    expect((await ask('area=vendor&mfa=required', needed)).type).toBe('/problems/mfa-enrollment-required');
    const plain = await ask('area=vendor', { bearer });
    expect(headersOf(await ask('area=vendor', needed))).toEqual(headersOf(plain));
    const rows = await world.database.db.selectFrom('auditEvents').select('ip').execute();
    expect(rows.map(({ ip }) => ip)).not.toContain('198.51.100.66');
  });

  test('a refusal is repeated in a header of plain ASCII, for gateways that drop its body', async () => {
    const vera = await vendorWithTotp(world);
    for (const answer of [
      await ask('area=vendor'),
      await ask('area=vendor&mfa=required', vera),
      await ask('area=vendors', vera),
    ]) {
      const header = String(answer.headers['x-auth-problem']);
      expect(header).toMatch(/^[\x20-\x7e]+$/);
      expect(JSON.parse(header)).toEqual(answer.body);
    }
    expect((await ask('area=vendor', vera)).headers).not.toHaveProperty('x-auth-problem');
  });

  test('refuses as the guard of a route refuses, in the same words', async () => {
    const vera = await vendorWithTotp(world);
    wait(30);
    const rule = 'area=vendor&scope=data:read&mfa=if_enrolled';
    const hows: Call[] = [
      {},
      { bearer: 'a.b.c' },
      { bearer: (await staff(world)).bearer },
      { bearer: vera.bearer },
      { bearer: vera.bearer, mfa: 'neither' },
      { bearer: vera.bearer, mfa: 'eyJhbGciOiJub25lIn0.e30.AA' },
    ];
    for (const how of hows) {
      const guarded = await world.call('GET', '/api/sensitive-data', undefined, how);
      const forwarded = await ask(rule, how);
      expect(guarded.status).toBeGreaterThanOrEqual(400);
      const { instance: _, ...problem } = guarded.body;
      expect(forwarded.status).toBe(guarded.status);
      expect(forwarded.body).toMatchObject(problem);
      const challengesOf = (answer: typeof guarded) => [answer.headers['www-authenticate']].flat().join(', ');
      expect(challengesOf(forwarded)).toBe(challengesOf(guarded));
    }
  });

  test('RL-8 behind the one address of a gateway only those that bring a code are few', async () => {
    const limits = { requestsPerMinute: 12, loginsPerMinute: 3, redis: null };
    const limited = await createWorld({ app: { limits } });
    const vera = await limited.user({ roles: ['vendor'] });
    const { secret } = await vera.enrolTotp();
    const bearer: string = (await vera.login('vendor', {}, { ip: '192.0.2.9' })).body.access_token;
    const gateway = { bearer, ip: '192.0.2.77' };
    for (let time = 0; time < 5; time += 1)
      expect((await ask('area=vendor', gateway, limited)).status).toBe(200);
    wait(30);
    const statuses: number[] = [];
    for (let time = 0; time < 4; time += 1)
      statuses.push((await ask('area=vendor', { ...gateway, mfa: codeOf(secret) }, limited)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const proof = { ...gateway, mfa: 'a.b.c' };
    const more: number[] = [];
    for (let time = 0; time < 8; time += 1) more.push((await ask('area=vendor', proof, limited)).status);
    expect(more).toEqual([...Array(7).fill(200), 429]);
    await limited.close();
  });
});
