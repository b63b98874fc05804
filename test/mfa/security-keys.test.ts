import { afterEach, describe, expect, test } from 'vitest';
import { presets } from '../../src/domain/policy/policy.ts';
import { type StoredPolicy, toStored } from '../../src/domain/policy/stored-policy.ts';
import { decryptJson, encryptJson, factorData } from '../../src/features/mfa/factor-store.ts';
import { changeArea } from '../../src/features/policy/change-area.ts';
import { codeOf, wait } from '../support/actor.ts';
import { claimsOf, eventsOf, throttleOf } from '../support/second-factor.ts';
import { keyActions } from '../support/security-key.ts';
import { createAuthenticator } from '../support/software-authenticator.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext, createWorld } from '../support/world.ts';

const bytesOf = (text: string) => Buffer.from(text, 'base64url').length;

const world = useWorld();

describe('security keys and passkeys', () => {
  const person = async () => keyActions(world, await world.user());
  const status = (bearer: string) => world.call('GET', '/auth/mfa/status', undefined, { bearer });

  test('WA-1 are offered to everybody', async () => {
    const ann = await person();
    const { body } = await status((await ann.login()).body.access_token);
    expect(body.policy.allowed_methods).toContain('webauthn');
    const root = await world.user({ roles: ['admin'] });
    expect((await root.login('admin')).body.methods).toContain('webauthn');
  });

  test('WA-2 a browser learns what to make: with PIN, finger or face, for this domain, unattested', async () => {
    const ann = await person();
    const { body } = await ann.begin((await ann.login()).body.access_token, { label: 'Blue key' });
    expect(body).toMatchObject({ method: 'webauthn', next_step: 'verify_enrollment', expires_in: 300 });
    expect(body.options).toMatchObject({
      rp: { id: 'localhost', name: 'Sallyport' },
      user: { name: ann.username },
      pubKeyCredParams: [{ alg: -7 }, { alg: -257 }],
      attestation: 'none',
      authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
      timeout: 300_000,
    });
    expect(bytesOf(body.options.challenge)).toBe(32);
    expect(bytesOf(body.options.user.id)).toBe(32);
    expect(JSON.stringify(body.options)).not.toContain(ann.id);
  });

  test.each(['ES256', 'RS256'] as const)(
    'WA-1 a key that signs by %s confirms itself, then logs in',
    async (algorithm) => {
      const ann = await person();
      const { answer, factorId, key } = await ann.enrolKey(createAuthenticator({ algorithm }));
      expect(answer).toMatchObject({ status: 200, body: { success: true, factor_id: factorId } });
      expect(answer.body.recovery_codes).toHaveLength(10);
      const claims = { acr: 'phr', amr: ['pwd', 'pop', 'user', 'mfa'], mfa: true };
      expect(claimsOf(answer.body.access_token)).toMatchObject(claims);

      const login = await ann.login();
      expect(login.body).toMatchObject({ mfa_required: true, mfa_method: 'webauthn', expires_in: 300 });
      expect(login.body).not.toHaveProperty('access_token');
      const { options } = login.body.challenge;
      expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'required', timeout: 300_000 });
      expect(options.allowCredentials).toEqual([
        { id: key.id, transports: ['usb', 'nfc'], type: 'public-key' },
      ]);
      expect(bytesOf(options.challenge)).toBe(32);
      const passed = await ann.answer(login.body.temp_token, key.assert(options));
      expect(passed.status).toBe(200);
      expect(claimsOf(passed.body.access_token)).toMatchObject(claims);
    },
  );

  test('SE-12 a key raises a session that asked for none, and makes one fresh', async () => {
    const vera = keyActions(world, await world.user({ roles: ['vendor'] }));
    const { key, factorId } = await vera.enrolKey();
    const bearer: string = (await vera.login('vendor')).body.access_token;
    const sensitive = (token: string) =>
      world.call('GET', '/api/sensitive-data', undefined, { bearer: token });
    expect((await sensitive(bearer)).type).toBe('/problems/mfa-token-required');
    const begun = await world.call('POST', '/auth/mfa/step-up', { factor_id: factorId }, { bearer });
    const { status, body } = await vera.answer(
      begun.body.temp_token,
      key.assert(begun.body.challenge.options),
    );
    expect(status).toBe(200);
    expect(claimsOf(body.access_token)).toMatchObject({ acr: 'phr', sid: claimsOf(bearer).sid });
    expect((await sensitive(body.access_token)).status).toBe(200);
  });

  test('LC-2 several keys have labels, and a login switches between them', async () => {
    const ann = await person();
    const blue = await ann.enrolKey(createAuthenticator(), undefined, { label: 'Blue key' });
    const phone = await ann.enrolKey(createAuthenticator({ counts: false }), blue.bearer);
    const shown: { label: string }[] = (await status(phone.bearer)).body.factors;
    expect(shown.map(({ label }) => label)).toEqual(['Blue key', 'Security key or passkey 2']);

    const { temp_token: tempToken } = (await ann.login()).body;
    const switchTo = (id: string) =>
      world.call('POST', '/auth/mfa/challenge', { temp_token: tempToken, factor_id: id });
    const { body } = await switchTo(phone.factorId);
    expect(body).toMatchObject({ method: 'webauthn', factor_id: phone.factorId });
    expect(body.challenge.options.allowCredentials).toMatchObject([{ id: phone.key.id }]);
    const other = blue.key.assert(body.challenge.options); // a key of hers, but not the one that was asked for
    expect((await ann.answer(tempToken, other)).status).toBe(403);
    const { options } = (await switchTo(blue.factorId)).body.challenge;
    expect((await ann.answer(tempToken, phone.key.assert(body.challenge.options))).status).toBe(403); // no more
    expect((await ann.answer(tempToken, blue.key.assert(options))).status).toBe(200);
  });

  test('WA-2 no authenticator is enrolled twice: what its owner has confirmed is named, and nothing else', async () => {
    const ann = await person();
    const blue = await ann.enrolKey();
    expect(blue.begun.body.options.excludeCredentials).toEqual([]);
    const red = await ann.enrolKey(createAuthenticator(), blue.bearer);
    const named = (key: { id: string }) => ({
      id: key.id,
      transports: ['usb', 'nfc'],
      type: 'public-key',
    });
    expect(red.begun.body.options.excludeCredentials).toEqual([named(blue.key)]);
    await ann.begin(red.bearer); // begun and left
    const { options } = (await ann.begin(red.bearer)).body;
    expect(options.excludeCredentials).toEqual([named(blue.key), named(red.key)]);
    const bob = await person();
    const other = await ann.begin((await bob.login()).body.access_token);
    expect(other.body.options.excludeCredentials).toEqual([]);
  });

  test('WA-2 a user has one handle, over all enrolments and removals, and no other user has it', async () => {
    const ann = await person();
    const blue = await ann.enrolKey();
    const handle: string = blue.begun.body.options.user.id;
    const red = await ann.enrolKey(createAuthenticator(), blue.bearer);
    expect(red.begun.body.options.user.id).toBe(handle);
    const { password } = ann;
    const removed = await world.call('POST', '/auth/mfa/disable', { password }, { bearer: red.bearer });
    expect(removed.status).toBe(200);
    const again = await ann.begin((await ann.login()).body.access_token);
    expect(again.body.options.user.id).toBe(handle);
    const bob = await person();
    expect((await bob.enrolKey()).begun.body.options.user.id).not.toBe(handle);
  });

  test('WA-2 a key that was enrolled under a handle from before gives it to the next one', async () => {
    const ann = await person();
    const { factorId, key, bearer } = await ann.enrolKey();
    const { vault, db } = world.deps;
    const associatedData = factorData({ id: factorId, userId: ann.id });
    const row = await db
      .selectFrom('factors')
      .select('dataSealed')
      .where('id', '=', factorId)
      .executeTakeFirstOrThrow();
    const userHandle = Buffer.alloc(32, 7).toString('base64url');
    const data = { ...(decryptJson(vault, row.dataSealed, associatedData) as object), userHandle };
    const dataSealed = encryptJson(vault, data, associatedData);
    await db.updateTable('factors').set({ dataSealed }).where('id', '=', factorId).execute();
    key.userHandle = userHandle;
    expect((await ann.loginWithKey(key)).status).toBe(200);
    expect((await ann.begin(bearer)).body.options.user.id).toBe(userHandle);
  });

  test('an app stands beside a key, and a recovery code in its place', async () => {
    const ann = await person();
    const { bearer, codes } = await ann.enrolKey();
    const { secret } = await ann.enrolTotp(bearer);
    const { temp_token: tempToken } = (await ann.login()).body;
    expect((await ann.verify(tempToken, codeOf(secret))).status).toBe(403); // a key was asked for
    await world.call('POST', '/auth/mfa/challenge', { temp_token: tempToken, method: 'totp' });
    expect((await ann.verify(tempToken, codeOf(secret))).status).toBe(200);
    const second = await ann.login();
    const { body } = await ann.verify(second.body.temp_token, codes[0] ?? '');
    expect(claimsOf(body.access_token)).toMatchObject({ acr: 'urn:sallyport:acr:2' });
  });

  test('an answer without a challenge is refused, and neither counted nor audited', async () => {
    const ann = await person();
    const key = createAuthenticator();
    const token: string = (await ann.login()).body.access_token;
    const response = key.register({ challenge: 'x', rp: { id: 'localhost' }, user: { id: 'x' } });
    expect((await ann.confirm(token, response)).type).toBe('/problems/challenge-invalid');
    await ann.enrolTotp(token);
    const { temp_token: tempToken } = (await ann.login()).body;
    const answer = await ann.answer(tempToken, key.assert({ challenge: 'x', rpId: 'localhost' }));
    expect(answer).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
    expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0, failed: 0 });
    expect((await eventsOf(world, ann.id)).map(({ type }) => type)).not.toContain('mfa_failed');
  });

  test('attack 25 one that is not confirmed gates nothing and opens nothing', async () => {
    const ann = await person();
    const key = createAuthenticator();
    const begun = await ann.begin((await ann.login()).body.access_token);
    const login = await ann.login();
    expect(login.body).toMatchObject({ mfa_required: false, access_token: expect.any(String) });
    expect((await status(login.body.access_token)).body).toMatchObject({ enabled: false, factors: [] });
    wait(1); // of two that wait, a code is for the newer one
    const totp = await ann.enrolTotp(login.body.access_token);
    const { temp_token: tempToken } = (await ann.login()).body;
    const choice = { temp_token: tempToken, factor_id: begun.body.factor_id };
    expect((await world.call('POST', '/auth/mfa/challenge', choice)).status).toBe(404);
    const late = await ann.confirm(totp.bearer, key.register(begun.body.options));
    expect(late.type).toBe('/problems/challenge-invalid'); // another factor was confirmed since
  });

  test('WA-2 a challenge is over after five minutes', async () => {
    const ann = await person();
    const key = createAuthenticator();
    const token: string = (await ann.login()).body.access_token;
    const begun = await ann.begin(token);
    wait(301);
    expect((await ann.confirm(token, key.register(begun.body.options))).status).toBe(403);
    await ann.enrolKey(key, token);
    const login = await ann.login();
    wait(301);
    const late = await ann.answer(login.body.temp_token, key.assert(login.body.challenge.options));
    expect(late).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
    expect((await ann.loginWithKey(key)).status).toBe(200);
  });

  test('attack 17 WA-2 an assertion works once: neither in its own login nor in another again', async () => {
    const ann = await person();
    const { key } = await ann.enrolKey(createAuthenticator({ counts: false }));
    const login = await ann.login();
    const response = key.assert(login.body.challenge.options);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => ann.answer(login.body.temp_token, response)),
    );
    expect(answers.filter((one) => one.status === 200)).toHaveLength(1);
    expect((await ann.answer(login.body.temp_token, response)).status).toBe(401);
    const next = await ann.login();
    expect((await ann.answer(next.body.temp_token, response)).status).toBe(403);
    expect((await ann.loginWithKey(key)).status).toBe(200);
  });

  test('the response that confirmed a key confirms no other', async () => {
    const ann = await person();
    const token: string = (await ann.login()).body.access_token;
    const begun = await ann.begin(token);
    const response = createAuthenticator().register(begun.body.options);
    const { body } = await ann.confirm(token, response);
    await ann.begin(body.access_token);
    expect((await ann.confirm(body.access_token, response)).status).toBe(403);
  });

  test('HT-3 what no browser makes is a bad request, and counts as nothing', async () => {
    const ann = await person();
    const { key } = await ann.enrolKey();
    const login = await ann.login();
    const good = key.assert(login.body.challenge.options);
    const long = 'x'.repeat(5000);
    for (const response of [
      {},
      { ...good, extra: true },
      { ...good, type: 'password' },
      { ...good, id: '' },
      { ...good, id: 'x'.repeat(1365) },
      { ...good, rawId: 7 },
      { ...good, response: { ...good.response, extra: true } },
      { ...good, response: { ...good.response, signature: 'a b' } },
      { ...good, response: { ...good.response, clientDataJSON: long } },
      { ...good, response: { clientDataJSON: long } },
      { ...good, clientExtensionResults: null },
    ]) {
      const refused = await ann.answer(login.body.temp_token, response);
      expect(refused, JSON.stringify(response).slice(0, 80)).toMatchObject({ status: 400 });
    }
    const both = { temp_token: login.body.temp_token, mfa_token: '123456', response: good };
    expect((await world.call('POST', '/auth/mfa/verify', both)).status).toBe(400);
    const more = {
      ...good,
      clientExtensionResults: { prf: { enabled: true } },
      authenticatorAttachment: 'platform',
    };
    expect((await ann.answer(login.body.temp_token, more)).status).toBe(200);
  });
});

describe('where policy wants phr', () => {
  const allow = (policy: StoredPolicy) =>
    changeArea(world.deps, consoleContext(), {
      actorId: null,
      area: 'public',
      change: { policy, reportOnly: false, version: undefined },
    });
  afterEach(() => allow(toStored(presets.standard.public)));

  test('attack 30 a key opens, and neither an app nor a recovery code beside it', async () => {
    const ann = keyActions(world, await world.user());
    const { key, bearer, codes } = await ann.enrolKey();
    const { secret } = await ann.enrolTotp(bearer);
    await allow({ ...toStored(presets.standard.public), minLevel: 'phr' });
    const login = await ann.login();
    const offered = login.body.methods.map(({ method }: { method: string }) => method);
    expect(offered).toEqual(['webauthn']);
    for (const code of [codeOf(secret), codes[0] ?? '']) {
      expect((await ann.verify(login.body.temp_token, code)).status).toBe(403);
    }
    expect((await ann.loginWithKey(key)).status).toBe(200);
  });
});

describe('where there is no page for them', () => {
  test('they are not offered, and the document does not speak of them', async () => {
    const world = await createWorld({ webauthn: null });
    const ann = keyActions(world, await world.user());
    const token: string = (await ann.login()).body.access_token;
    expect(await ann.begin(token)).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
    expect((await ann.confirm(token, { id: 'x' })).status).toBe(400);
    const { body } = await world.call('GET', '/openapi.json');
    expect(JSON.stringify(body)).not.toContain('attestationObject');
    await world.close();
  });
});
