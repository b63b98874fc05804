import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { wait, wrongCodeOf } from '../support/actor.ts';
import { setPolicy } from '../support/devices.ts';
import { allowPasskeys, passkeyActions, withPasskey } from '../support/passkeys.ts';
import { claimsOf, eventsOf, mailsTo } from '../support/second-factor.ts';
import { keyActions } from '../support/security-key.ts';
import { createAuthenticator, flags } from '../support/software-authenticator.ts';
import { staff } from '../support/staff.ts';
import { useRestoredWorld, useWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const refused = { status: 401, type: '/problems/invalid-credentials' };
const over = { status: 401, type: '/problems/challenge-invalid' };

describe('a credential that is to be a passkey', () => {
  const world = useWorld();
  const person = async () => keyActions(world, await world.user());
  const factorsOf = async (bearer: string) =>
    (await world.call('GET', '/auth/mfa/status', undefined, { bearer })).body.factors;

  test('PK-1 must be kept by the authenticator itself, and the answer says that it is', async () => {
    const ann = await person();
    const { begun, answer, bearer } = await ann.enrolKey(createAuthenticator(), undefined, { passkey: true });
    const selection = { residentKey: 'required', requireResidentKey: true, userVerification: 'required' };
    expect(begun.body.options).toMatchObject({
      authenticatorSelection: selection,
      extensions: { credProps: true },
    });
    expect(answer).toMatchObject({ status: 200, body: { passkey: true } });
    expect(await factorsOf(bearer)).toMatchObject([{ method: 'webauthn', passkey: true }]);
  });

  test.each([
    ['the browser says that it is one', { credProps: { rk: true } }, false, true],
    ['the browser says that it is none', { credProps: { rk: false } }, true, false],
    ['the browser says nothing, and none was required', {}, false, false],
  ])('PK-1 is one by what the browser tells: %s', async (_, extensions, passkey, isPasskey) => {
    const ann = await person();
    const bearer: string = (await ann.login()).body.access_token;
    const { options } = (await ann.begin(bearer, { passkey })).body;
    const { body } = await ann.confirm(bearer, createAuthenticator().register(options, { extensions }));
    expect(body.passkey === true).toBe(isPasskey);
    const [factor] = await factorsOf(body.access_token);
    expect(factor.passkey === true).toBe(isPasskey);
  });

  test('PK-1 names its owner by a handle that nobody can compute from the id', async () => {
    const [ann, bob] = [await person(), await person()];
    const handles = [];
    for (const one of [ann, bob]) {
      const { begun, bearer } = await one.enrolKey();
      const again = await one.begin(bearer);
      expect(again.body.options.user.id).toBe(begun.body.options.user.id);
      handles.push(begun.body.options.user.id);
    }
    expect(new Set(handles).size).toBe(2);
    const { createHash } = await import('node:crypto');
    const guess = createHash('sha256').update(`webauthn user ${ann.id}`).digest('base64url');
    expect(handles).not.toContain(guess);
  });
});

describe('a login by a passkey alone', () => {
  const world = useWorld();
  const { options, verify, logIn } = passkeyActions(world);
  beforeEach(() => allowPasskeys(world, 'public'));

  test('PK-1 opens a session of the strongest level that claims no password', async () => {
    const ann = await withPasskey(world);
    const begun = await options();
    expect(begun).toMatchObject({ status: 200, body: { expires_in: 300 } });
    expect(begun.body.options).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
    expect(begun.body.options.allowCredentials ?? []).toEqual([]);
    const { status, body } = await verify(ann.key.assert(begun.body.options));
    expect(status).toBe(200);
    const claims = claimsOf(body.access_token);
    expect(claims).toMatchObject({ sub: ann.id, acr: 'phr', amr: ['pop', 'user', 'mfa'], mfa: true });
    const me = await world.call('GET', '/auth/me', undefined, { bearer: body.access_token });
    expect(me.body).toMatchObject({ user: { username: ann.username }, level: { acr: 'phr', mfa: true } });
    const events = (await eventsOf(world, ann.id)).slice(-2);
    expect(events.map(({ type, method, factorId }) => ({ type, method, factorId }))).toEqual(
      expect.arrayContaining([
        { type: 'authn_login_success', method: 'webauthn', factorId: null },
        { type: 'mfa_passed', method: 'webauthn', factorId: ann.factorId },
      ]),
    );
    for (const { detail } of events) expect(detail).toMatchObject({ alone: true });
  });

  test('PK-1 gives a refresh token, in the body or in the cookie, and the session goes on at its level', async () => {
    const ann = await withPasskey(world);
    const { body } = await logIn(ann.key);
    const next = await world.call('POST', '/auth/refresh', { refresh_token: body.refresh_token });
    expect(claimsOf(next.body.access_token)).toMatchObject({ acr: 'phr', amr: ['pop', 'user', 'mfa'] });
    const begun = await options();
    const kept = await verify(ann.key.assert(begun.body.options), { refresh_in: 'cookie' });
    expect(kept.body).not.toHaveProperty('refresh_token');
    expect(kept.headers['set-cookie']).toMatch(/^__Host-sallyport-refresh=\S+; .*HttpOnly/);
  });

  test('PK-1 a key from before is a passkey from its first such login on', async () => {
    const ann = keyActions(world, await world.user());
    const { key, bearer } = await ann.enrolKey();
    const status = (token: string) => world.call('GET', '/auth/mfa/status', undefined, { bearer: token });
    expect((await status(bearer)).body.factors[0]).not.toHaveProperty('passkey');
    const { body } = await logIn(key);
    expect((await status(body.access_token)).body.factors[0]).toMatchObject({ passkey: true });
  });

  test('PK-1 a step-up keeps the session free of a password', async () => {
    const ann = await withPasskey(world);
    const bearer: string = (await logIn(ann.key)).body.access_token;
    wait(600);
    const begun = await world.call('POST', '/auth/mfa/step-up', {}, { bearer });
    const raised = await ann.answer(begun.body.temp_token, ann.key.assert(begun.body.challenge.options));
    expect(claimsOf(raised.body.access_token)).toMatchObject({
      sid: claimsOf(bearer).sid,
      amr: ['pop', 'user', 'mfa'],
    });
  });

  test('PK-1 a session by a passkey ends with it: there is no password to fall back to', async () => {
    const ann = await withPasskey(world);
    const { body } = await logIn(ann.key);
    const bearer: string = body.access_token;
    const gone = await world.call('DELETE', `/auth/mfa/factors/${ann.factorId}`, undefined, { bearer });
    expect(gone.status).toBe(204);
    expect(await world.call('GET', '/auth/me', undefined, { bearer })).toMatchObject({ status: 401 });
    const refresh = { refresh_token: body.refresh_token };
    expect(await world.call('POST', '/auth/refresh', refresh)).toMatchObject({ status: 401 });
    const byPassword: string = (await ann.login()).body.access_token;
    const { sessions } = (await world.call('GET', '/auth/sessions', undefined, { bearer: byPassword })).body;
    expect(sessions).toHaveLength(1);
  });

  describe('is refused', () => {
    test('PK-1 for an assertion that comes again', async () => {
      const ann = await withPasskey(world);
      const response = ann.key.assert((await options()).body.options);
      expect((await verify(response)).status).toBe(200);
      expect(await verify(response)).toMatchObject(over);
    });

    test('PK-1 of fifty at once, all but one', async () => {
      const ann = await withPasskey(world);
      const response = ann.key.assert((await options()).body.options);
      const answers = await Promise.all(Array.from({ length: 50 }, () => verify(response)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    test('PK-1 for a challenge that is over, or that nobody gave', async () => {
      const ann = await withPasskey(world);
      const begun = await options();
      wait(301);
      expect(await verify(ann.key.assert(begun.body.options))).toMatchObject(over);
      const invented = { ...begun.body.options, challenge: 'x'.repeat(43) };
      expect(await verify(ann.key.assert(invented))).toMatchObject(over);
    });

    test('PK-1 for the challenge of an enrolment, or of a second step; and theirs for one of a login', async () => {
      const ann = await withPasskey(world);
      const enrolling = (await ann.begin(ann.bearer)).body.options;
      expect(await verify(ann.key.assert({ ...enrolling, rpId: 'localhost' }))).toMatchObject(over);
      const { temp_token: tempToken, challenge } = (await ann.login()).body;
      expect(await verify(ann.key.assert(challenge.options))).toMatchObject(over);
      const free = (await options()).body.options;
      expect((await ann.answer(tempToken, ann.key.assert(free))).status).toBe(403);
      const made = createAuthenticator().register({ ...enrolling, challenge: free.challenge });
      expect((await ann.confirm(ann.bearer, made)).status).toBe(403);
    });

    test('PK-1 for the handle of somebody else', async () => {
      const [ann, bob] = [await withPasskey(world), await withPasskey(world)];
      expect(await logIn(ann.key, { userHandle: bob.key.userHandle })).toMatchObject(refused);
    });

    test.each([
      ['without the PIN', { flags: flags.UP }],
      ['without a touch', { flags: flags.UV }],
      ['of another page', { origin: 'https://localhost.evil.example' }],
      ['of another domain', { rpId: 'evil.example' }],
      ['inside another page', { clientData: { crossOrigin: true } }],
      ['with a bent signature', { signature: (made: Buffer) => Buffer.from(made).fill(1, 8, 12) }],
      ['for another purpose', { type: 'webauthn.create' }],
    ])('PK-1 for an answer %s', async (_, wrong) => {
      const ann = await withPasskey(world);
      expect(await logIn(ann.key, wrong)).toMatchObject(refused);
      expect((await eventsOf(world, ann.id)).at(-1)).toMatchObject({
        type: 'authn_login_fail',
        method: 'webauthn',
        factorId: ann.factorId,
      });
      expect((await logIn(ann.key)).status).toBe(200);
    });

    test('PK-1 for a key that can do no more than U2F: it names nobody', async () => {
      const ann = await withPasskey(world);
      expect(await logIn(ann.key, { userHandle: null })).toMatchObject({ status: 400 });
      const enrolling = (await ann.begin(ann.bearer)).body.options;
      expect(await verify(createAuthenticator().register(enrolling))).toMatchObject({ status: 400 });
    });

    test('PK-1 for a sign count that goes back: one of the two is a copy', async () => {
      const ann = await withPasskey(world);
      expect((await logIn(ann.key)).status).toBe(200);
      expect(await logIn(ann.key, { counter: 1 })).toMatchObject(refused);
    });

    test('PK-1 for an account that is disabled', async () => {
      const ann = await withPasskey(world);
      await changeAccountStatus(world.deps, consoleContext(), ann.id, { status: 'disabled' });
      expect(await logIn(ann.key)).toMatchObject(refused);
    });

    test('PK-1 for an account that changes while the signature is verified', async () => {
      const ann = await withPasskey(world);
      const { providers, db } = world.app.deps;
      const webauthn = providers.get('webauthn');
      if (!webauthn) throw new Error('No security keys');
      const slow = {
        ...webauthn,
        verify: async (...given: Parameters<typeof webauthn.verify>) => {
          await db
            .updateTable('users')
            .set((eb) => ({ securityVersion: eb('securityVersion', '+', 1) }))
            .where('id', '=', ann.id)
            .execute();
          return webauthn.verify(...given);
        },
      };
      Object.assign(world.app.deps, { providers: new Map([...providers, ['webauthn', slow]]) });
      const answer = await logIn(ann.key);
      Object.assign(world.app.deps, { providers });
      expect(answer).toMatchObject(refused);
      expect((await eventsOf(world, ann.id)).at(-1)).toMatchObject({
        detail: { reason: 'account changed meanwhile' },
      });
      expect((await logIn(ann.key)).status).toBe(200);
    });

    test('PK-1 after ten wrong answers from one network, also for the right one; other networks go on', async () => {
      const ann = await withPasskey(world);
      for (let one = 0; one < 10; one += 1)
        expect(await logIn(ann.key, { flags: flags.UP })).toMatchObject(refused);
      expect(await logIn(ann.key)).toMatchObject({
        status: 429,
        body: { retry_after: expect.any(Number) },
      });
      expect((await logIn(ann.key, {}, 'public', { ip: '198.51.100.7' })).status).toBe(200);
      wait(901);
      expect((await logIn(ann.key)).status).toBe(200);
      expect((await mailsTo(world, ann.email)).length).toBeGreaterThan(0);
    });

    test('PK-1 not for the wrong codes of others: a passkey cannot be guessed', async () => {
      const ann = await withPasskey(world);
      const { secret, bearer } = await ann.enrolTotp(ann.bearer);
      for (let one = 0; one < 10; one += 1) {
        const { temp_token: tempToken } = (await ann.login()).body;
        const factor = { temp_token: tempToken, method: 'totp' };
        await world.call('POST', '/auth/mfa/challenge', factor);
        await ann.verify(tempToken, wrongCodeOf(secret));
        wait(901);
      }
      expect(bearer).toBeTruthy();
      expect((await logIn(ann.key)).status).toBe(200);
    });
  });
});

describe('nobody learns who has a passkey:', () => {
  const world = useWorld();
  const { options, verify } = passkeyActions(world);
  let statements = 0;
  beforeAll(() => {
    const db = world.deps.db.withPlugin({
      transformQuery: ({ node }) => {
        statements += 1;
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    Object.assign(world.app.deps, { db });
  });
  beforeEach(() => allowPasskeys(world, 'public'));

  test('PK-1 an unknown credential, a wrong signature, a foreign handle and a disabled account are one answer at one cost', async () => {
    const [ann, bob, dan] = [await withPasskey(world), await withPasskey(world), await withPasskey(world)];
    await changeAccountStatus(world.deps, consoleContext(), dan.id, { status: 'disabled' });
    const stranger = createAuthenticator();
    stranger.userHandle = ann.key.userHandle;
    const tries = [
      () => stranger,
      () =>
        Object.assign(Object.create(ann.key), {
          assert: (o: never) => ann.key.assert(o, { flags: flags.UP }),
        }),
      () =>
        Object.assign(Object.create(ann.key), {
          assert: (o: never) => ann.key.assert(o, { userHandle: bob.key.userHandle }),
        }),
      () => dan.key,
    ];
    const { providers } = world.app.deps;
    const webauthn = providers.get('webauthn');
    if (!webauthn) throw new Error('No security keys');
    const full: boolean[] = [];
    const watched = {
      ...webauthn,
      verify: async (...given: Parameters<typeof webauthn.verify>) => {
        const [{ factor, answer }] = given;
        // With another handle, the provider would not look at the signature.
        full.push(Object(factor.data).userHandle === Object(answer).response.response.userHandle);
        return webauthn.verify(...given);
      },
    };
    Object.assign(world.app.deps, { providers: new Map([...providers, ['webauthn', watched]]) });
    const seen = [];
    for (const make of tries) {
      const response = make().assert((await options()).body.options);
      const before = statements;
      const { status, body } = await verify(response);
      const { instance: _, ...answer } = body;
      seen.push({ status, answer, took: statements - before });
    }
    Object.assign(world.app.deps, { providers });
    expect(full).toEqual([true, true, true, true]);
    for (const one of seen) expect(one).toEqual(seen[0]);
    expect(seen[0]).toMatchObject({ status: 401, took: 2 });
    const before = statements;
    const right = ann.key.assert((await options()).body.options);
    expect(statements - before).toBe(1);
    expect((await verify(right)).status).toBe(200);
    expect(statements - before).toBe(3);
  });
});

describe('the policy of an area says whether a passkey is enough', () => {
  const world = useRestoredWorld('a policy is of all users');
  const { options, verify, logIn } = passkeyActions(world);

  test('PK-2 by default it is not, and nobody begins', async () => {
    const ann = await withPasskey(world);
    expect(await options()).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
    await allowPasskeys(world, 'public');
    const begun = await options();
    await setPolicy(world, 'public', { firstFactor: 'password' });
    const answer = await verify(ann.key.assert(begun.body.options));
    expect(answer).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
    await allowPasskeys(world, 'public');
    expect(await verify(ann.key.assert(begun.body.options))).toMatchObject(over); // it was used up
  });

  test('PK-2 a challenge of one area opens no other, and no role comes in that the area does not admit', async () => {
    const root = await withPasskey(world, { roles: ['admin'] });
    await allowPasskeys(world, 'public', 'admin');
    const ann = await withPasskey(world);
    const { status, body } = await logIn(ann.key, {}, 'public');
    expect([status, body.area]).toEqual([200, 'public']);
    expect(await logIn(ann.key, {}, 'admin')).toMatchObject({ status: 403, type: '/problems/forbidden' });
    const { body: there } = await logIn(root.key, {}, 'admin');
    expect(claimsOf(there.access_token).aud).toMatch(/\/areas\/admin$/);
  });

  test('PK-2 the method must count in the area', async () => {
    await setPolicy(world, 'public', { firstFactor: 'either', allowedMethods: ['totp'] });
    expect(await options()).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
  });

  test('PK-2 an area of passkeys takes no password, and says so the same to everybody', async () => {
    const ann = await withPasskey(world);
    await setPolicy(world, 'public', { firstFactor: 'passkey' });
    const right = await ann.login();
    const wrong = await ann.login('public', { password: 'wrong' });
    const unknown = await world.call('POST', '/auth/login', { username: 'nobody', password: 'wrong' });
    for (const { status, type, body } of [right, wrong, unknown]) {
      expect([status, type]).toEqual([403, '/problems/method-not-allowed']);
      expect(body.detail).toBe(right.body.detail);
    }
    expect((await logIn(ann.key)).status).toBe(200);
  });

  test('PK-2 the service has no users, so it has no passkeys', async () => {
    await expect(setPolicy(world, 'service', { firstFactor: 'either' })).rejects.toMatchObject({
      status: 400,
    });
  });

  test('PK-2 a simulation tells whom an area of passkeys would shut out', async () => {
    const root = await staff(world);
    const ann = await withPasskey(world);
    const bob = await world.user();
    await bob.enrolTotp();
    const { policy } = (await root.get('/admin/areas/public')).body;
    const simulate = (first_factor: string) =>
      root.post('/admin/areas/public/simulate', { ...policy, first_factor });
    const { counts, users } = (await simulate('passkey')).body;
    expect(counts).toEqual({ members: 3, refused: 2, newly_refused: 2, asked_more: 0 });
    expect(users).toContainEqual({ id: bob.id, username: bob.username, reason: 'no_passkey', newly: true });
    expect(JSON.stringify(users)).not.toContain(ann.id);
    expect((await simulate('either')).body.counts).toMatchObject({ refused: 0 });
  });

  test('PK-2 a policy on trial records the logins that it would refuse', async () => {
    const root = await staff(world);
    const ann = await withPasskey(world);
    const bob = await world.user();
    const tryOut = (first_factor: string, trial: string) =>
      root
        .put('/admin/areas/public', { ...policy, first_factor })
        .then(() => root.put('/admin/areas/public', { ...policy, first_factor: trial, report_only: true }));
    const { policy } = (await root.get('/admin/areas/public')).body;
    await tryOut('either', 'passkey');
    expect((await bob.login()).status).toBe(200);
    expect((await logIn(ann.key)).status).toBe(200);
    await tryOut('either', 'password');
    expect((await bob.login()).status).toBe(200);
    expect((await logIn(ann.key)).status).toBe(200);
    const reasons = async (id: string) =>
      (await eventsOf(world, id)).flatMap(({ type, detail }) =>
        type === 'policy_would_refuse' ? [Object(detail).reason] : [],
      );
    expect(await reasons(bob.id)).toEqual(['no_passkey']);
    expect(await reasons(ann.id)).toEqual(['passkey_alone']);
  });

  test('PK-2 nobody shuts every administrator out', async () => {
    const root = keyActions(world, await world.user({ roles: ['admin'] }));
    await root.enrolTotp();
    await expect(setPolicy(world, 'admin', { firstFactor: 'passkey' })).rejects.toMatchObject({
      type: '/problems/locks-out',
    });
    const nadia = await withPasskey(world, { roles: ['admin'] });
    await setPolicy(world, 'admin', { firstFactor: 'passkey' });
    expect((await logIn(nadia.key, {}, 'admin')).status).toBe(200);
    await expect(
      setPolicy(world, 'public', { firstFactor: 'passkey', allowedMethods: ['totp'] }),
    ).rejects.toMatchObject({ type: '/problems/locks-out' });
  });
});
