import { sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createApi as expressApi } from '../../packages/client/examples/express-guard.ts';
import { createApi as fastifyApi } from '../../packages/client/examples/fastify-guard.ts';
import { type GuardOptions, guard, type Rule } from '../../packages/client/src/guard.ts';
import { wait, wrongCodeOf } from '../support/actor.ts';
import { claimsOf, hashed, keyOf, part, signed } from '../support/forge.ts';
import { type Vendor, vendorWithTotp } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import { issuer } from '../support/world.ts';
import { useHttp } from './client-world.ts';

const world = useWorld({ app: { trustProxyHops: 1 } });
const { url } = useHttp(world);
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const weak =
  'Bearer error="insufficient_user_authentication", acr_values="urn:sallyport:acr:2r urn:sallyport:acr:2 phr"';
const invalid = { status: 401, challenge: 'Bearer error="invalid_token"' };

async function person() {
  const vera = await vendorWithTotp(world);
  const strong: string = (await vera.login('vendor', { mfa_token: vera.code() })).body.access_token;
  return { ...vera, strong };
}

/** What the guard says of a token, by itself. */
function checking(options: Partial<GuardOptions> = {}) {
  const asked: string[] = [];
  const own = guard({
    issuer,
    url: url(),
    area: 'vendor',
    ...options,
    fetch: (address, init) => {
      asked.push(new URL(String(address)).pathname);
      expect(['error', 'manual']).toContain(init?.redirect); // no token and no key by way of somebody else
      return (options.fetch ?? fetch)(address, init);
    },
  });
  const check = async (token: string, rule: Rule = {}, more: Record<string, string> = {}) => {
    const found = await own.check({ headers: { authorization: `Bearer ${token}`, ...more } }, rule);
    return 'subject' in found ? found : { ...found, challenge: found.headers['www-authenticate'] };
  };
  return { check, asked };
}

describe.each([
  { name: 'Fastify', live: false },
  { name: 'Express', live: true },
])('$name', ({ name, live }) => {
  let vera: Awaited<ReturnType<typeof person>>;
  let base: string;
  let stop: () => unknown;
  beforeAll(async () => {
    vera = await person();
    if (name === 'Fastify') {
      const app = fastifyApi(issuer, url());
      base = await app.listen({ host: '127.0.0.1', port: 0 });
      stop = () => app.close();
    } else {
      const server = createServer(expressApi(issuer, url()));
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      stop = () => server.close();
    }
  });
  afterAll(() => stop());

  async function ask(token?: string, more: Record<string, string> = {}) {
    const headers = { ...(token && { authorization: `Bearer ${token}` }), ...more };
    const response = await fetch(`${base}/api/report`, { headers });
    const challenge = response.headers.get('www-authenticate');
    return { status: response.status, challenge, body: await response.json() };
  }
  const caller = (of: Vendor) => ({ status: 200, body: { subject: of.id, acr: 'urn:sallyport:acr:2' } });

  test('lets a right token in, and says whose it is', async () => {
    expect(await ask(vera.strong)).toMatchObject(caller(vera));
  });

  test('refuses no token, a token of another area, and one that is over', async () => {
    expect(await ask()).toMatchObject({ status: 401, challenge: 'Bearer' });
    expect(await ask((await vera.login()).body.access_token ?? 'a.b.c')).toMatchObject(invalid);
    const enrolled = await vera.enrolSent('email', {}, vera.strong);
    expect(enrolled.answer.status).toBe(200);
    wait(1900);
    expect(await ask(vera.strong)).toMatchObject(invalid);
    vera = await person();
  });

  test('asks for a second factor, and takes a code or a proof in X-MFA-Token', async () => {
    const own = await vendorWithTotp(world);
    expect(await ask(own.bearer)).toMatchObject({ status: 403, challenge: weak });
    const wrong = await ask(own.bearer, { 'x-mfa-token': wrongCodeOf(own.secret) });
    expect(wrong).toMatchObject({
      status: 403,
      body: { type: '/problems/mfa-token-invalid', attempts_remaining: 2 },
    });
    const code = own.code();
    expect(await ask(own.bearer, { 'x-mfa-token': code })).toMatchObject(caller(own));
    expect(await ask(own.bearer, { 'x-mfa-token': code })).toMatchObject({
      body: { type: '/problems/mfa-token-used' },
    });
    wait(30);
    const proof: string = (await own.proofOf(own.code())).body.mfa_proof;
    expect(await ask(own.bearer, { 'x-mfa-token': proof })).toMatchObject(caller(own));
  });

  test(`${live ? 'refuses at once' : 'lets in until it is over'} a token of a session that has ended`, async () => {
    const own = await person();
    expect(await ask(own.strong)).toMatchObject(caller(own));
    await world.call('POST', '/auth/logout', undefined, { bearer: own.strong });
    expect(await ask(own.strong)).toMatchObject(live ? invalid : caller(own));
  });
});

describe('the token', () => {
  test('is refused with each claim, header or signature that is not as it must be', async () => {
    const vera = await person();
    const key = await keyOf(world);
    const claims = claimsOf(vera.strong);
    const stranger = await generateKeyPair('ES256');
    const { check } = checking();
    const { acr: _acr, ...withoutAcr } = claims;
    const { exp: _exp, ...withoutEnd } = claims;
    const { sub: _sub, ...withoutSubject } = claims;
    const now = Date.now() / 1000;
    /** Signed by the right key, even if the header names another algorithm. No library would sign so. */
    const raw = (header: Record<string, unknown>) => {
      const text = `${part({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header })}.${part(claims)}`;
      const signature = sign('sha256', Buffer.from(text), { key: key.privatePem, dsaEncoding: 'ieee-p1363' });
      return `${text}.${signature.toString('base64url')}`;
    };
    expect(await check(raw({}))).toMatchObject({ subject: vera.id });
    const wrong = {
      'another key': await signed({ kid: key.kid, privateKey: stranger.privateKey }, claims),
      'an unknown key': await signed({ kid: 'nobody', privateKey: stranger.privateKey }, claims),
      'a hash for a signature': hashed(
        key.publicPem ?? 'pem',
        { alg: 'HS256', typ: 'at+jwt', kid: key.kid },
        claims,
      ),
      'no signature': `${part({ alg: 'none', typ: 'at+jwt', kid: key.kid })}.${vera.strong.split('.')[1]}.`,
      'another typ': await signed(key, claims, { typ: 'mfa-enroll+jwt' }),
      'no typ': await signed(key, claims, { typ: undefined }),
      'another alg': raw({ alg: 'ES384' }),
      'a critical header': raw({ crit: ['exp'] }),
      'a kid that is no text': raw({ kid: 1 }),
      'another issuer': await signed(key, { ...claims, iss: 'http://127.0.0.1:3001' }),
      'another audience': await signed(key, { ...claims, aud: `${issuer}/areas/public` }),
      'several audiences': await signed(key, { ...claims, aud: [`${issuer}/areas/vendor`, 'x'] }),
      'no acr': await signed(key, withoutAcr),
      'no subject': await signed(key, withoutSubject),
      'no end': await signed(key, withoutEnd),
      'an end that is over': await signed(key, { ...claims, exp: Math.floor(now) - 6 }),
      'a start to come': await signed(key, { ...claims, nbf: Math.floor(now) + 60 }),
      'a changed signature': `${vera.strong.slice(0, -4)}AAAA`,
      'no token': 'a.b.c',
      'too long': await signed(key, { ...claims, filler: 'A'.repeat(9000) }),
    };
    for (const [what, token] of Object.entries(wrong))
      expect(await check(token), what).toMatchObject({ status: 401 });
    expect(await check(await signed(key, { ...claims, exp: Math.floor(now) - 3 }))).toMatchObject({
      subject: vera.id,
    });
  });

  test('needs the scope, the level and the age that the rule says', async () => {
    const vera = await person();
    const { check, asked } = checking();
    expect(await check(vera.strong, { scope: 'data:read data:write' })).toMatchObject({
      status: 403,
      challenge: 'Bearer error="insufficient_scope", scope="data:read data:write"',
    });
    expect(await check(vera.strong, { minAcr: 'phr' })).toMatchObject({ status: 403 });
    expect(await check(vera.strong, { minAcr: 'urn:sallyport:acr:2r', maxAge: 60 })).toMatchObject({
      subject: vera.id,
    });
    wait(90);
    expect(await check(vera.strong, { maxAge: 60 })).toMatchObject({
      status: 403,
      challenge: 'Bearer error="insufficient_user_authentication", max_age="60"',
    });
    expect(asked).toEqual(['/.well-known/jwks.json']);
  });

  test('of a session whose factor is too old passes with a code, or with a proof that is new enough', async () => {
    const vera = await person();
    const { check } = checking();
    wait(90);
    const rule = { minAcr: 'urn:sallyport:acr:2', maxAge: 60 } as const;
    const code = { 'x-mfa-token': vera.code() };
    expect(await check(vera.strong, rule, code)).toMatchObject({ subject: vera.id });
    expect(await check(vera.strong, rule, code)).toMatchObject({ status: 403 }); // it was used up
    wait(30);
    const proof = { 'x-mfa-token': String((await vera.proofOf(vera.code())).body.mfa_proof) };
    expect(await check(vera.bearer, rule, proof)).toMatchObject({ subject: vera.id });
    wait(61);
    expect(await check(vera.bearer, rule, proof)).toMatchObject({
      status: 403,
      challenge: expect.stringContaining('max_age="60"'),
    });
    expect(await check(vera.bearer, { ...rule, maxAge: 120 }, proof)).toMatchObject({ subject: vera.id });
  });

  test('of a program stands outside the order of levels', async () => {
    const key = await keyOf(world);
    const vera = await person();
    const token = await signed(key, { ...claimsOf(vera.strong), acr: 'urn:sallyport:acr:svc' });
    const { check } = checking();
    expect(await check(token)).toMatchObject({ subject: vera.id });
    expect(await check(token, { minAcr: 'urn:sallyport:acr:1' })).toMatchObject({ status: 403 });
  });
});

describe('the keys', () => {
  test('are read once for many tokens, and again after five minutes', async () => {
    const vera = await person();
    const { check, asked } = checking();
    await Promise.all(Array.from({ length: 20 }, () => check(vera.strong)));
    expect(asked).toHaveLength(1);
    wait(299);
    await check(vera.strong);
    expect(asked).toHaveLength(1);
    wait(2);
    await check(vera.strong);
    expect(asked).toHaveLength(2);
  });

  test('are not read again for each unknown kid', async () => {
    const vera = await person();
    const { privateKey } = await generateKeyPair('ES256');
    const { check, asked } = checking();
    const invented = async (n: number) =>
      check(await signed({ kid: `k${n}`, privateKey }, claimsOf(vera.strong)));
    for (let n = 0; n < 20; n += 1) expect(await invented(n)).toMatchObject({ status: 401 });
    expect(asked).toHaveLength(1);
    wait(31);
    await Promise.all(Array.from({ length: 20 }, (_none, n) => invented(n)));
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['nobody answers', () => Promise.reject(new TypeError('fetch failed'))],
    ['the answer is an error', async () => Response.json({ keys: [] }, { status: 500 })],
    ['the answer is no JSON', async () => new Response('<html>')],
    ['the answer has no end', async () => new Response('x'.repeat(100_000))],
  ])('that cannot be read let nobody in: %s', async (_what, answer) => {
    const vera = await person();
    let down = true;
    const { check, asked } = checking({ fetch: (address, init) => (down ? answer() : fetch(address, init)) });
    for (let n = 0; n < 5; n += 1) expect(await check(vera.strong)).toMatchObject({ status: 503 });
    expect(asked).toHaveLength(1);
    down = false;
    wait(6);
    expect(await check(vera.strong)).toMatchObject({ subject: vera.id });
  });

  test('of other kinds are left out, and no more than 32 are kept', async () => {
    const vera = await person();
    const [right] = (await world.call('GET', '/.well-known/jwks.json')).body.keys;
    const served = (keys: object[]) => checking({ fetch: async () => Response.json({ keys }) });
    const token = vera.strong;
    expect(await served([{ ...right }]).check(token)).toMatchObject({ subject: vera.id });
    for (const keys of [
      [{ ...right, kty: 'RSA' }],
      [{ ...right, alg: 'HS256' }],
      [{ ...right, use: 'enc' }],
      [...Array.from({ length: 32 }, (_none, n) => ({ ...right, kid: `k${n}` })), right],
    ])
      expect(await served(keys).check(token)).toMatchObject({ status: 401 });
  });
});

describe('/auth/forward', () => {
  test('hears the address of the client, so that limits and the audit count by it', async () => {
    const vera = await person();
    let sent = new Headers();
    const own = guard({
      issuer,
      url: url(),
      area: 'vendor',
      fetch: (address, init) => {
        if (String(address).includes('/auth/forward')) sent = new Headers(init?.headers);
        return fetch(address, init);
      },
    });
    const request = { headers: { authorization: `Bearer ${vera.strong}` }, ip: '192.0.2.77' };
    expect(await own.check(request, { live: true })).toMatchObject({ subject: vera.id });
    expect(sent.get('x-forwarded-for')).toBe('192.0.2.77');
  });

  test.each([
    ['does not answer', () => Promise.reject(new TypeError('fetch failed'))],
    ['redirects', async () => new Response('', { status: 302, headers: { location: 'http://x/' } })],
    ['has a fault', async () => new Response('', { status: 500 })],
    [
      'speaks of somebody else',
      async () => new Response('', { headers: { 'x-auth-subject': 'x', 'x-auth-acr': 'phr' } }),
    ],
  ])('that %s lets nobody in', async (_what, answer) => {
    const vera = await person();
    const send: typeof fetch = (address, init) =>
      String(address).includes('/auth/forward') ? answer() : fetch(address, init);
    const { check } = checking({ fetch: send });
    expect(await check(vera.strong, { live: true })).toMatchObject({ status: 503 });
    const header = { 'x-mfa-token': '123456' };
    expect(await check(vera.bearer, { minAcr: 'urn:sallyport:acr:2' }, header)).toMatchObject({
      status: 503,
    });
  });
});
