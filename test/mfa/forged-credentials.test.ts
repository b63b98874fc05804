import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decryptJson, factorData, listFactors } from '../../src/features/mfa/factor-store.ts';
import { wrongCodeOf } from '../support/actor.ts';
import { makersAttestation, selfAttestation } from '../support/attestations.ts';
import { cbor } from '../support/cbor.ts';
import { claimsOf, eventsOf, throttleOf } from '../support/second-factor.ts';
import { keyActions } from '../support/security-key.ts';
import { createAuthenticator, flags, type Misdeeds } from '../support/software-authenticator.ts';
import { useWorld } from '../support/use-world.ts';
import { relyingParty } from '../support/world.ts';

const { UP, UV, BE, BS, AT, ED } = flags;
const strangers = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const flipped = (bytes: Buffer) => Buffer.from(bytes).fill((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1);
const halved = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2);
const random = (length: number) => Buffer.alloc(length, 0x5a).toString('base64url');

/** Wrong in either ceremony. */
const both: Record<string, Misdeeds> = {
  'a challenge that we did not make': { challenge: random(32) },
  'no challenge': { challenge: '' },
  'the page of somebody else': { origin: 'https://localhost.evil.example' },
  'our page, but without encryption': { origin: 'http://localhost:8080' },
  'a page inside another one': { clientData: { crossOrigin: true } },
  'a page inside another one, which is named': {
    clientData: { crossOrigin: true, topOrigin: 'https://evil.example' },
  },
  'a page above it, though it is in none': { clientData: { topOrigin: relyingParty.origins[0] } },
  'client data that are no JSON': { clientDataJSON: 'nonsense' },
  'client data that are null': { clientDataJSON: 'null' },
  'the domain of somebody else': { rpId: 'evil.example' },
  'a domain above ours': { rpId: 'host' },
  'WA-4 nobody there': { flags: UV },
  'a copy of what cannot be copied': { flags: UP | UV | BS },
  'authenticator data that end too early': { authData: halved },
  'authenticator data with more behind them': { authData: (data) => Buffer.concat([data, Buffer.from([0])]) },
  'a byte of authenticator data': { authData: () => Buffer.alloc(1) },
  'extensions that are not there': { flags: UP | UV | ED },
  'an id in two ways': { rawId: random(32) },
};

const registrations: Record<string, Misdeeds> = {
  ...both,
  'the type of an assertion': { type: 'webauthn.get' },
  'WA-4 nobody who showed who they are': { flags: UP | AT },
  'no credential in it': { flags: UP | UV },
  'an id that is not the one in it': { id: random(32) },
  'an attestation that ends too early': { attestation: halved },
  'an attestation that is no CBOR': { attestation: () => Buffer.from('ffffffff', 'hex') },
  'an attestation that is a number': { attestation: () => cbor(7) },
  'an attestation of nobody, with a statement': { statement: new Map([['alg', -7]]) },
  'a self-attestation by nobody': {
    format: 'packed',
    statement: (made) => selfAttestation({ ...made, privateKey: strangers }),
  },
  'an attestation that nobody asked for': { format: 'fido-u2f', statement: makersAttestation },
  'an attestation of no known kind': { format: 'none2' },
};

const assertions: Record<string, Misdeeds> = {
  ...both,
  'the type of a registration': { type: 'webauthn.create' },
  'WA-4 nobody who showed who they are': { flags: UP },
  'the key of somebody else': { signedBy: strangers },
  'a signature that was changed': { signature: flipped },
  'a signature that ends too early': { signature: halved },
  'a signature of one byte': { signature: () => Buffer.from([0]) },
  'the id of another credential': { id: random(32) },
  'the handle of another user': { userHandle: random(32) },
  'WA-5 a credential that can be copied now': { flags: UP | UV | BE },
  'a credential in it': { flags: UP | UV | AT },
};

describe('WA-3 what an authenticator or a page got wrong', () => {
  const world = useWorld();

  const person = async () => keyActions(world, await world.user());
  const refused = { status: 403, type: '/problems/mfa-token-invalid' };
  const dataOf = async (userId: string) => {
    const [factor] = await listFactors(world.database.db, userId);
    return factor && decryptJson(world.deps.vault, factor.dataSealed, factorData(factor));
  };
  const lastOf = async (userId: string) => (await eventsOf(world, userId)).at(-1);

  test.each(Object.entries(registrations))('enrols nothing: %s', async (_what, wrong) => {
    const ann = await person();
    const token: string = (await ann.login()).body.access_token;
    const { body } = await ann.begin(token);
    const key = createAuthenticator();
    expect(await ann.confirm(token, key.register(body.options, wrong))).toMatchObject(refused);
    expect(await lastOf(ann.id)).toMatchObject({
      type: 'mfa_failed',
      outcome: 'failure',
      method: 'webauthn',
    });
    expect((await ann.login()).body.mfa_required).toBe(false);
    expect((await ann.confirm(token, key.register(body.options))).status).toBe(200); // nothing was spent
  });

  test('WA-5 a self-attestation, which browsers pass on, is as good as none', async () => {
    const ann = await person();
    const token: string = (await ann.login()).body.access_token;
    const { body } = await ann.begin(token);
    const key = createAuthenticator();
    const packed = { format: 'packed', statement: selfAttestation };
    expect((await ann.confirm(token, key.register(body.options, packed))).status).toBe(200);
    expect((await ann.loginWithKey(key)).status).toBe(200);
  });

  test('enrols nothing: an algorithm that was not asked for', async () => {
    const ann = await person();
    const token: string = (await ann.login()).body.access_token;
    const { body } = await ann.begin(token);
    const key = createAuthenticator({ algorithm: 'ES384' });
    expect(await ann.confirm(token, key.register(body.options))).toMatchObject(refused);
  });

  test.each(Object.entries(assertions))('opens nothing: %s', async (_what, wrong) => {
    const ann = await person();
    const { key } = await ann.enrolKey();
    const login = await ann.login();
    const { options } = login.body.challenge;
    const answer = await ann.answer(login.body.temp_token, key.assert(options, wrong));
    expect(answer).toMatchObject(refused);
    expect(answer.body).not.toHaveProperty('attempts_remaining');
    expect(await lastOf(ann.id)).toMatchObject({
      type: 'mfa_failed',
      outcome: 'failure',
      method: 'webauthn',
    });
    expect((await ann.answer(login.body.temp_token, key.assert(options))).status).toBe(200);
  });

  test('WA-2 a registration does not log in, nor does an assertion enrol', async () => {
    const ann = await person();
    const { key, bearer } = await ann.enrolKey();
    const begun = await ann.begin(bearer);
    const login = await ann.login();
    const { options } = login.body.challenge;
    const asked = { ...options, rp: { id: options.rpId }, user: { id: key.userHandle } };
    const other = createAuthenticator();
    for (const response of [
      other.register(asked), // the challenge of the login, answered by a new credential
      other.register(begun.body.options),
      key.assert({ ...begun.body.options, rpId: 'localhost' }), // the other challenge
    ]) {
      expect(await ann.answer(login.body.temp_token, response)).toMatchObject(refused);
    }
    for (const response of [key.assert(options), key.assert({ ...begun.body.options, rpId: 'localhost' })]) {
      expect(await ann.confirm(bearer, response)).toMatchObject(refused);
    }
    expect((await ann.answer(login.body.temp_token, key.assert(options))).status).toBe(200);
  });

  test("HT-4 attack 36 somebody else's key opens nothing, and still works for its owner", async () => {
    const [ann, bob] = [await person(), await person()];
    const annes = await ann.enrolKey();
    const bobs = await bob.enrolKey();
    const login = await ann.login();
    const { options } = login.body.challenge;
    expect(await ann.answer(login.body.temp_token, bobs.key.assert(options))).toMatchObject(refused);
    const posing = { id: annes.key.id, userHandle: annes.key.userHandle };
    expect(await ann.answer(login.body.temp_token, bobs.key.assert(options, posing))).toMatchObject(refused);
    expect((await bob.loginWithKey(bobs.key)).status).toBe(200);
    expect((await ann.loginWithKey(annes.key)).status).toBe(200);
  });

  test.each([
    ['lower', 4],
    ['the same', 5],
    ['zero', 0],
  ])('a counter that is %s is a copy: refused, and audited', async (_what, counter) => {
    const ann = await person();
    const { key } = await ann.enrolKey();
    expect((await ann.loginWithKey(key, { counter: 5 })).status).toBe(200);
    expect(await ann.loginWithKey(key, { counter })).toMatchObject(refused);
    expect(await lastOf(ann.id)).toMatchObject({
      type: 'mfa_failed',
      outcome: 'failure',
      method: 'webauthn',
    });
    expect((await ann.loginWithKey(key, { counter: 6 })).status).toBe(200);
  });

  test('a counter that never counts is none', async () => {
    const ann = await person();
    const { key } = await ann.enrolKey(createAuthenticator({ counts: false }));
    for (let time = 0; time < 2; time += 1) expect((await ann.loginWithKey(key)).status).toBe(200);
    expect((await ann.loginWithKey(key, { counter: 1 })).status).toBe(200);
    expect(await ann.loginWithKey(key, { counter: 0 })).toMatchObject(refused);
  });

  test('WA-5 a passkey that is backed up is phr and no more; that it is, is kept', async () => {
    const ann = await person();
    const { key, answer } = await ann.enrolKey(createAuthenticator({ flags: UP | UV | BE }));
    expect(claimsOf(answer.body.access_token)).toMatchObject({ acr: 'phr' });
    const { body } = await ann.loginWithKey(key, { flags: UP | UV | BE | BS });
    expect(claimsOf(body.access_token)).toMatchObject({ acr: 'phr', amr: ['pwd', 'pop', 'user', 'mfa'] });
    const kept = { deviceType: 'multiDevice', backedUp: true };
    expect(await dataOf(ann.id)).toMatchObject({ kind: 'registered', credential: kept });
  });

  test('C5 what cannot be guessed is not counted, and works where codes are throttled', async () => {
    const ann = await person();
    const { key, bearer } = await ann.enrolKey();
    const { secret } = await ann.enrolTotp(bearer);
    for (let time = 0; time < 5; time += 1) {
      expect(await ann.loginWithKey(key, { signedBy: strangers })).toMatchObject(refused);
    }
    expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0, failed: 0, inARow: 0 });

    const waiting = await ann.login(); // for the key
    const other = await ann.login();
    const change = { temp_token: other.body.temp_token, method: 'totp' };
    await world.call('POST', '/auth/mfa/challenge', change);
    for (let time = 0; time < 3; time += 1) await ann.verify(other.body.temp_token, wrongCodeOf(secret));
    expect((await ann.verify(waiting.body.temp_token, wrongCodeOf(secret))).status).toBe(429);
    const { options } = waiting.body.challenge;
    const wrong = key.assert(options, { signedBy: strangers });
    expect(await ann.answer(waiting.body.temp_token, wrong)).toMatchObject(refused);
    expect((await ann.answer(waiting.body.temp_token, key.assert(options))).status).toBe(200);
  });

  describe('the credential of somebody else', () => {
    const taken = { status: 409, type: '/problems/factor-exists' };
    const rowsOf = (userId: string) =>
      world.database.db
        .selectFrom('factors')
        .select(['method', 'confirmedAt', 'uniqueId'])
        .where('userId', '=', userId)
        .execute();

    test('is theirs: 409, and nothing of it is done', async () => {
      const [ann, bob] = [await person(), await person()];
      const { key } = await ann.enrolKey();
      const token: string = (await bob.login()).body.access_token;
      const { body } = await bob.begin(token);
      const twin = createAuthenticator({ id: Buffer.from(key.id, 'base64url') }); // the id is public, the key is not
      const answer = await bob.confirm(token, twin.register(body.options));
      expect(answer).toMatchObject(taken);
      expect(answer.body).not.toHaveProperty('access_token');
      expect(await rowsOf(bob.id)).toEqual([{ method: 'webauthn', confirmedAt: null, uniqueId: null }]);
      expect(await lastOf(bob.id)).toMatchObject({
        type: 'mfa_failed',
        outcome: 'refused',
        method: 'webauthn',
      });
      expect((await bob.login()).body.mfa_required).toBe(false);

      const own = createAuthenticator();
      expect((await bob.confirm(token, own.register(body.options))).status).toBe(200);
      expect((await ann.loginWithKey(key)).status).toBe(200);
      expect((await bob.loginWithKey(own)).status).toBe(200);
    });

    test('is nobody else’s of two at once', async () => {
      const people = [await person(), await person(), await person()];
      const id = Buffer.alloc(32, 7);
      const ready = await Promise.all(
        people.map(async (one) => {
          const token: string = (await one.login()).body.access_token;
          const { body } = await one.begin(token);
          return () => one.confirm(token, createAuthenticator({ id }).register(body.options));
        }),
      );
      const answers = await Promise.all(ready.map((confirm) => confirm()));
      expect(answers.map((one) => one.status).sort()).toEqual([200, 409, 409]);
    });

    test('is one factor of one person, too, until it is removed', async () => {
      const ann = await person();
      const { key, bearer, factorId } = await ann.enrolKey();
      const again = await ann.begin(bearer);
      expect(await ann.confirm(bearer, key.register(again.body.options))).toMatchObject(taken);
      const removed = await world.call('DELETE', `/auth/mfa/factors/${factorId}`, undefined, { bearer });
      expect(removed.status).toBe(204);
      expect((await ann.enrolKey(key)).answer.status).toBe(200);
    });

    test('is known by a hash of its id', async () => {
      const ann = await person();
      const { key } = await ann.enrolKey();
      const [row] = await rowsOf(ann.id);
      expect(row?.uniqueId).toBe(createHash('sha256').update(key.id).digest('base64url'));
    });
  });
});
