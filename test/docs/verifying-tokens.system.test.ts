import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, readDocument, root } from '../support/document.ts';
import { claimsOf, hashed, type Key, keyOf, part, signed } from '../support/forge.ts';
import { createWorld, issuer, type World } from '../support/world.ts';

const folder = `${root}docs/tokens/`;
const pythons = ['python3', '/usr/bin/python3'];
const python = pythons.find((one) => runs(one, '-c', 'import jwt, cryptography'));
const samples = [
  { file: 'verify-token.ts', command: process.execPath, isHere: true },
  { file: 'verify_token.py', command: python ?? 'python3', isHere: python !== undefined },
  { file: 'verify_token.php', command: 'php', isHere: runs('php', '--version') },
];
for (const { file, isHere } of samples)
  if (!isHere) process.stdout.write(`What ${file} needs is not installed here: its tests are left out.\n`);

test.each(samples.map(({ file }) => file))('docs/verifying-tokens.md shows %s as it is', (file) => {
  const shown = blocksOf(readDocument('docs/verifying-tokens.md')).filter(({ name }) => name === file);
  expect(shown.map(({ text }) => text)).toEqual([readDocument(`docs/tokens/${file}`)]);
});

let world: World;
let key: Key;
let url: string;
let scratch: string;
beforeAll(async () => {
  world = await createWorld();
  key = await keyOf(world);
  url = await world.app.listen({ host: '127.0.0.1', port: 0 });
  scratch = mkdtempSync(join(tmpdir(), 'sallyport-tokens-'));
});
afterAll(async () => {
  rmSync(scratch, { recursive: true, force: true });
  await world.close();
});

async function vendor() {
  const vera = await world.user({ roles: ['vendor'] });
  const token: string = (await vera.login('vendor')).body.access_token;
  return { ...vera, token, claims: claimsOf(token) };
}

describe.each(samples)('$file', ({ file, command, isHere }) => {
  async function verify(token: string, scope = 'data:read') {
    const env = {
      ...process.env,
      SALLYPORT_ISSUER: issuer,
      SALLYPORT_KEYS: `${url}/.well-known/jwks.json`,
      SALLYPORT_KEYS_FILE: join(scratch, 'keys.json'),
    };
    const child = spawn(command, [`${folder}${file}`, 'vendor', scope], {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end(token);
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [printed, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, printed: printed.trim(), complaint };
  }
  const refused = { code: 1, printed: '', complaint: expect.stringMatching(/^Refused: /) };

  test.skipIf(!isHere)('takes a token of its area, and says whose it is', async () => {
    const { id, token } = await vendor();
    expect(await verify(token)).toMatchObject({ code: 0, printed: id });
    expect(await verify(token, 'data:write')).toMatchObject(refused);
  });

  test.skipIf(!isHere)('JW-4 takes what the same forge makes with the key of the service', async () => {
    const { id, claims } = await vendor();
    expect(await verify(await signed(key, claims))).toMatchObject({ code: 0, printed: id });
  });

  test.skipIf(!isHere)('JW-1 refuses every token that differs in one thing', async () => {
    const { token, claims } = await vendor();
    const [header = '', payload = '', signature = ''] = token.split('.');
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const own = await world.user();
    const over = Math.floor(Date.now() / 1000) - 120;
    const { scope: _, ...withoutScope } = claims;
    const { exp: __, ...withoutEnd } = claims;
    const bad = {
      'no token': 'a.b.c',
      nothing: '',
      'alg none': `${part({ alg: 'none', typ: 'at+jwt', kid: key.kid })}.${payload}.`,
      'a keyed hash': hashed(key.publicPem, { alg: 'HS256', typ: 'at+jwt', kid: key.kid }, { ...claims }),
      'another key': await signed({ kid: key.kid, privateKey }, claims),
      'a kid that is none': await signed({ kid: 'x'.repeat(43), privateKey }, claims),
      'a key of its own': await signed({ kid: key.kid, privateKey }, claims, {
        jwk: await exportJWK(privateKey),
      }),
      'other claims': `${header}.${part({ ...claims, sub: 'somebody' })}.${signature}`,
      'a signature cut short': token.slice(0, -4),
      'an empty signature': `${header}.${payload}.`,
      'another typ': await signed(key, claims, { typ: 'mfa-proof+jwt' }),
      'no typ': await signed(key, claims, { typ: undefined }),
      'another issuer': await signed(key, { ...claims, iss: 'https://login.example.org' }),
      'another area': (await own.login()).body.access_token as string,
      over: await signed(key, { ...claims, iat: over - 900, nbf: over - 900, exp: over }),
      'no end': await signed(key, withoutEnd),
      'no scope': await signed(key, withoutScope),
    };
    for (const [what, one] of Object.entries(bad)) expect(await verify(one), what).toMatchObject(refused);
  });
});

function runs(program: string, ...given: string[]): boolean {
  return spawnSync(program, given, { stdio: 'ignore' }).status === 0;
}
