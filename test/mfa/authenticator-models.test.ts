import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { relyingPartyOf } from '../../src/service/config/public-urls.ts';
import { withModels } from '../../src/service/read-authenticators.ts';
import { selfAttestation } from '../support/attestations.ts';
import { allowPasskeys, passkeyActions, withPasskey } from '../support/passkeys.ts';
import { eventsOf } from '../support/second-factor.ts';
import { keyActions } from '../support/security-key.ts';
import { createAuthenticator } from '../support/software-authenticator.ts';
import { useWorld } from '../support/use-world.ts';
import { relyingParty } from '../support/world.ts';

const blue = '00000000-0000-4000-8000-0000000000b1';
const grey = '00000000-0000-4000-8000-0000000000c1';

describe('models of authenticators', () => {
  const models = { [blue]: { name: 'Blue key', allowed: true } };
  const world = useWorld({ webauthn: { ...relyingParty, models } });

  test('PK-3 are named where the service knows them, and nothing is demanded of the others', async () => {
    const ann = keyActions(world, await world.user());
    const bearer: string = (await ann.login()).body.access_token;
    const { options } = (await ann.begin(bearer)).body;
    expect(options.attestation).toBe('none');
    const first = await ann.confirm(bearer, createAuthenticator().register(options, { aaguid: blue }));
    const more = (await ann.begin(first.body.access_token)).body.options;
    const second = await ann.confirm(
      first.body.access_token,
      createAuthenticator().register(more, { aaguid: grey }),
    );
    const { body } = await world.call('GET', '/auth/mfa/status', undefined, {
      bearer: second.body.access_token,
    });
    expect(body.factors.map((one: { authenticator?: string }) => one.authenticator)).toEqual([
      'Blue key',
      undefined,
    ]);
  });
});

describe('an allow list of models', () => {
  const models = { [blue]: { name: 'Blue key', allowed: true }, '*': { name: 'Others', allowed: false } };
  const world = useWorld({ webauthn: { ...relyingParty, models } });

  test('PK-3 asks for an attestation, and takes a model that is on it', async () => {
    const ann = keyActions(world, await world.user());
    const bearer: string = (await ann.login()).body.access_token;
    const { options } = (await ann.begin(bearer)).body;
    expect(options.attestation).toBe('direct');
    const attested = { aaguid: blue, format: 'packed', statement: selfAttestation };
    expect((await ann.confirm(bearer, createAuthenticator().register(options, attested))).status).toBe(200);
  });

  test.each([
    ['that is not on it', grey],
    ['that says nothing of itself', '00000000-0000-0000-0000-000000000000'],
  ])('PK-3 refuses a model %s, and says why', async (_, aaguid) => {
    const ann = keyActions(world, await world.user());
    const bearer: string = (await ann.login()).body.access_token;
    const { options } = (await ann.begin(bearer)).body;
    const refused = await ann.confirm(bearer, createAuthenticator().register(options, { aaguid }));
    expect(refused).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
    expect((await eventsOf(world, ann.id)).at(-1)).toMatchObject({
      type: 'mfa_failed',
      detail: { at: 'enrolment', reason: 'authenticator not allowed' },
    });
    const { body } = await world.call('GET', '/auth/mfa/status', undefined, { bearer });
    expect(body.factors).toEqual([]);
  });
});

describe('the file of models', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-models-'));
  const read = (text: string) => {
    const modelsFile = join(folder, 'authenticators.json');
    writeFileSync(modelsFile, text);
    return withModels({ ...relyingParty, modelsFile })?.models;
  };

  test('PK-3 names models, which are allowed unless it says otherwise', () => {
    const text = JSON.stringify({ [blue]: { name: 'Blue key' }, '*': { name: 'Others', allowed: false } });
    expect(read(text)).toEqual({
      [blue]: { name: 'Blue key', allowed: true },
      '*': { name: 'Others', allowed: false },
    });
    expect(withModels(relyingParty)).toEqual(relyingParty);
  });

  test.each(['nonsense', '[]', `{"${blue.toUpperCase()}": {"name": "x"}}`, `{"${blue}": {"nam": "x"}}`])(
    'PK-3 stops the start where it is wrong: %s',
    (text) => {
      expect(() => read(text)).toThrow(/^WEBAUTHN_AUTHENTICATORS_FILE: .* cannot be used/);
    },
  );
});

describe('related origins', () => {
  const related = 'https://county.example';
  const world = useWorld({
    webauthn: { ...relyingParty, relatedOrigins: [related] },
    app: { relatedOrigins: [related] },
  });
  const without = useWorld();

  test('PK-3 a page of another domain that is named may use the passkeys, and no other page', async () => {
    await allowPasskeys(world, 'public');
    const { key } = await withPasskey(world);
    const { logIn } = passkeyActions(world);
    expect((await logIn(key, { origin: related })).status).toBe(200);
    for (const origin of [
      'https://county.example.evil',
      'http://county.example',
      'https://www.county.example',
    ])
      expect(await logIn(key, { origin })).toMatchObject({ status: 401 });
  });

  test('PK-3 browsers read them at the domain; a service without any has no such document', async () => {
    const { status, body, headers } = await world.call('GET', '/.well-known/webauthn');
    expect([status, body]).toEqual([200, { origins: [related] }]);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect((await without.call('GET', '/.well-known/webauthn')).status).toBe(404);
  });

  test('PK-3 are read from the configuration', () => {
    const values = { HOST: '127.0.0.1', PORT: 3000, CORS_ORIGINS: [] } as never as Parameters<
      typeof relyingPartyOf
    >[0];
    const party = relyingPartyOf({ ...values, WEBAUTHN_RELATED_ORIGINS: [related, related] });
    expect(party).toMatchObject({ rpId: 'localhost', relatedOrigins: [related] });
    expect(relyingPartyOf(values)).not.toHaveProperty('relatedOrigins');
  });
});

describe('what the browser of the owner may learn', () => {
  const world = useWorld();

  test('PK-3 names the accepted credentials to their owner, and the handle', async () => {
    const ann = await withPasskey(world);
    const status = async (bearer: string) =>
      (await world.call('GET', '/auth/mfa/status', undefined, { bearer })).body;
    const { passkeys, policy } = await status(ann.bearer);
    expect(passkeys).toEqual({
      rp_id: 'localhost',
      user_id: ann.key.userHandle,
      username: ann.username,
      credentials: [{ factor_id: ann.factorId, credential_id: ann.key.id }],
    });
    expect(policy.passkey_login).toBe(false);
    await world.call('DELETE', `/auth/mfa/factors/${ann.factorId}`, undefined, { bearer: ann.bearer });
    const again: string = (await ann.login()).body.access_token;
    expect((await status(again)).passkeys).toMatchObject({ user_id: null, credentials: [] });
  });
});
