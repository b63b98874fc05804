import { createPublicKey } from 'node:crypto';
import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { codeOf, wrongCodeOf } from '../support/actor.ts';
import { blocksOf, readDocument } from '../support/document.ts';
import { pythonWith, startExample } from '../support/example-app.ts';
import { claimsOf, hashed, keyOf, part, signed } from '../support/forge.ts';
import { type Vendor, vendorWithTotp } from '../support/second-factor.ts';
import { consoleContext, createWorld, issuer, type World } from '../support/world.ts';

const folder = 'docs/protect/';
const examples = [
  { name: 'Fastify', file: 'fastify-app.ts', program: process.execPath, verifies: true },
  { name: 'Express', file: 'express-app.ts', program: process.execPath, verifies: false },
  {
    name: 'FastAPI',
    file: 'fastapi_app.py',
    program: pythonWith('fastapi', 'httpx', 'jwt', 'cryptography', 'uvicorn'),
    verifies: true,
  },
  {
    name: 'Flask',
    file: 'flask_app.py',
    program: pythonWith('flask', 'httpx', 'jwt', 'cryptography'),
    verifies: false,
  },
];
const atWeak =
  'Bearer error="insufficient_user_authentication", acr_values="urn:sallyport:acr:2r urn:sallyport:acr:2 phr"';

test.each(examples)('docs/protect-an-endpoint.md shows $file as it is', ({ file }) => {
  const shown = blocksOf(readDocument('docs/protect-an-endpoint.md')).filter(({ name }) => name === file);
  expect(shown.map(({ text }) => text)).toEqual([readDocument(`${folder}${file}`)]);
});

for (const { name, program } of examples)
  if (!program) process.stdout.write(`${name} is not installed here: its tests are left out.\n`);

describe.each(examples)('$name', ({ file, program, verifies }) => {
  describe.skipIf(!program)('protects an endpoint', () => {
    let world: World;
    let vera: Vendor;
    let strong: string;
    let sallyport: string;
    let url: string;
    const running: { close: () => Promise<void> }[] = [];
    beforeAll(async () => {
      world = await createWorld({ app: { trustProxyHops: 1 } });
      sallyport = await world.app.listen({ host: '127.0.0.1', port: 0 });
      url = await start({ SALLYPORT_URL: sallyport });
      vera = await vendorWithTotp(world);
      strong = (await vera.login('vendor', { mfa_token: vera.code() })).body.access_token;
    });
    afterAll(async () => {
      for (const one of running) await one.close();
      await world.close();
    });

    async function start(env: Readonly<Record<string, string>>): Promise<string> {
      const given = { SALLYPORT_ISSUER: issuer, ...env };
      const example = await startExample(program ?? '', `${folder}${file}`, given);
      running.push(example);
      return example.url;
    }

    async function ask(bearer?: string, more: Readonly<Record<string, string>> = {}, to = url) {
      const headers = { ...(bearer && { authorization: `Bearer ${bearer}` }), ...more };
      const response = await fetch(`${to}/api/report`, { headers });
      return {
        status: response.status,
        challenge: response.headers.get('www-authenticate'),
        type: response.headers.get('content-type'),
        body: await response.json(),
      };
    }

    test('401 without a token, and it says which scheme', async () => {
      const none = await ask();
      expect(none).toMatchObject({ status: 401, challenge: 'Bearer', body: { status: 401 } });
      expect(none.type).toMatch(/^application\/problem\+json/);
      const basic = await ask(undefined, { authorization: 'Basic dmVyYTp2ZXJh' });
      expect(basic).toMatchObject({ status: 401 });
    });

    test('403 without a second factor, with the challenge of RFC 9470', async () => {
      const { status, challenge } = await ask(vera.bearer);
      expect(status).toBe(403);
      if (verifies) expect(challenge).toBe(atWeak);
      else expect(challenge).toMatch(/Bearer error="insufficient_user_authentication", acr_values="[^"]+"/);
    });

    test('200 with a second factor in the token', async () => {
      const caller = { subject: vera.id, acr: 'urn:sallyport:acr:2' };
      expect(await ask(strong)).toMatchObject({ status: 200, body: caller });
    });

    test('200 with a proof in X-MFA-Token, 403 with a wrong code, 400 with two', async () => {
      const other = await vendorWithTotp(world);
      const code = other.code();
      const proof = (await other.proofOf(code)).body.mfa_proof;
      const caller = { subject: other.id, acr: 'urn:sallyport:acr:2' };
      expect(await ask(other.bearer, { 'x-mfa-token': proof })).toMatchObject({ status: 200, body: caller });
      expect(await ask(other.bearer, { 'x-mfa-token': wrongCodeOf(other.secret) })).toMatchObject({
        status: 403,
        body: { type: '/problems/mfa-token-invalid', attempts_remaining: 2 },
      });
      expect(await ask(other.bearer, { 'x-mfa-token': code })).toMatchObject({
        status: 403,
        body: { type: '/problems/mfa-token-used' },
      });
      expect(await ask(other.bearer, { 'x-mfa-token': '123456, 654321' })).toMatchObject({ status: 400 });
    });

    test('403 with a second factor that is too weak', async () => {
      const weak = await world.user({ roles: ['vendor'] });
      const { bearer } = await weak.enrolSent('email', {}, (await weak.login('vendor')).body.access_token);
      expect(claimsOf(bearer).acr).toBe('urn:sallyport:acr:1plus');
      expect(await ask(bearer)).toMatchObject({ status: 403, challenge: atWeak });
    });

    test('401 with a forged token', async () => {
      const key = await keyOf(world);
      const { privateKey } = await generateKeyPair('ES256');
      const claims = claimsOf(strong);
      const [publicKey] = (await world.call('GET', '/.well-known/jwks.json')).body.keys;
      const pem = createPublicKey({ key: publicKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
      for (const token of [
        await signed({ kid: key.kid, privateKey }, claims),
        await signed({ kid: 'nobody', privateKey }, claims),
        hashed(pem, { alg: 'HS256', typ: 'at+jwt', kid: key.kid }, claims),
        `${part({ alg: 'none', typ: 'at+jwt' })}.${strong.split('.')[1]}.`,
        `${strong.slice(0, -4)}AAAA`,
        'a.b.c',
      ])
        expect(await ask(token)).toMatchObject({ status: 401, challenge: 'Bearer error="invalid_token"' });
    });

    test('401 with a token that Sallyport has signed for something else', async () => {
      const key = await keyOf(world);
      const claims = claimsOf(strong);
      const now = Math.floor(Date.now() / 1000);
      const { acr: _acr, ...withoutAcr } = claims;
      const others = {
        typ: await signed(key, claims, { typ: 'mfa-enroll+jwt' }),
        'plain typ': await signed(key, claims, { typ: 'JWT' }),
        area: await signed(key, { ...claims, aud: `${issuer}/areas/public` }),
        issuer: await signed(key, { ...claims, iss: 'https://login.example.gov' }),
        over: await signed(key, { ...claims, iat: now - 3600, nbf: now - 3600, exp: now - 1800 }),
        'no acr': await signed(key, withoutAcr),
        proof: (await vera.proofOf(codeOf(vera.secret, 1))).body.mfa_proof,
      };
      for (const [what, token] of Object.entries(others))
        expect([what, (await ask(token)).status]).toEqual([what, 401]);
    });

    test('403 with a token that lacks the scope', async () => {
      const poor = await signed(await keyOf(world), { ...claimsOf(strong), scope: 'profile' });
      expect(await ask(poor)).toMatchObject({
        status: 403,
        challenge: 'Bearer error="insufficient_scope", scope="data:read"',
      });
    });

    test.skipIf(!verifies)('401 with a token of another issuer', async () => {
      const env = { SALLYPORT_URL: sallyport, SALLYPORT_ISSUER: 'https://login.example.gov' };
      expect(await ask(strong, {}, await start(env))).toMatchObject({ status: 401 });
    });

    test('503 where Sallyport does not answer', async () => {
      const orphan = await start({ SALLYPORT_URL: 'http://127.0.0.1:1' });
      expect(await ask(strong, {}, orphan)).toMatchObject({ status: 503 });
    });

    test.skipIf(verifies)('401 at the next request of a user who was disabled', async () => {
      const gone = await vendorWithTotp(world);
      const token = (await gone.login('vendor', { mfa_token: gone.code() })).body.access_token;
      expect((await ask(token)).status).toBe(200);
      await changeAccountStatus(world.deps, consoleContext(), gone.id, {
        status: 'disabled',
      });
      expect((await ask(token)).status).toBe(401);
    });
  });
});
