import { createPublicKey, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createJwt, seconds } from '../../src/features/tokens/jwt.ts';
import { newSigningKey, type SigningKey, signingKeyData } from '../../src/features/tokens/signing-keys.ts';
import { createVault } from '../../src/lib/crypto/vault.ts';

const vault = createVault([{ id: 'test', key: randomBytes(32) }]);
const begin = new Date('2026-03-01T08:00:00Z');

beforeEach(() => void vi.useFakeTimers({ now: begin, toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

function newKey(): SigningKey {
  const row = newSigningKey({ vault }, begin, begin);
  const privatePem = vault.decrypt(row.privateSealed, signingKeyData(row));
  return { ...row, privatePem, publicPem: pemOf(privatePem) };
}

const pemOf = (privatePem: string) =>
  createPublicKey(privatePem).export({ type: 'spki', format: 'pem' }).toString();

const kind = { typ: 'at+jwt', requiredClaims: [] };
const lasting = (minutes: number) => ({
  sub: 'ann',
  aud: 'here',
  jti: '1',
  iat: seconds(new Date()),
  exp: seconds(new Date()) + minutes * 60,
});
const later = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

test('JW-3 a verified token is read once, and ends when it expires', () => {
  const jwt = createJwt('https://sallyport.test', kind, [newKey()]);
  const token = jwt.sign(lasting(5));
  const claims = jwt.verify(token);
  later(5 * 60_000 - 1);
  expect(jwt.verify(token)).toBe(claims); // the same object: it was not read again
  later(2);
  expect(() => jwt.verify(token)).toThrow('expired');
});

test('a token is verified again after ten minutes, and when the clock went back', () => {
  const jwt = createJwt('https://sallyport.test', kind, [newKey()]);
  const token = jwt.sign({ ...lasting(60), nbf: seconds(begin) });
  const first = jwt.verify(token);
  later(10 * 60_000);
  const second = jwt.verify(token);
  expect(second).toEqual(first);
  expect(second).not.toBe(first);
  vi.setSystemTime(begin.getTime() - 60_000);
  expect(() => jwt.verify(token)).toThrow('will be active');
});

test('JW-6 a token ends with its key, though it was verified before', () => {
  const [old, next] = [newKey(), newKey()];
  const jwt = createJwt('https://sallyport.test', kind, [old]);
  const token = jwt.sign(lasting(5));
  jwt.verify(token);
  jwt.use([next]);
  expect(() => jwt.verify(token)).toThrow('none of our keys');
  jwt.use([old]);
  expect(jwt.verify(token)).toMatchObject({ sub: 'ann' });
});

test('a token that differs by one letter, or lacks its signature, is another token', () => {
  const jwt = createJwt('https://sallyport.test', kind, [newKey()]);
  const token = jwt.sign(lasting(5));
  jwt.verify(token);
  const other = token.at(-9) === 'A' ? 'B' : 'A';
  for (const forged of [`${token.slice(0, -9)}${other}${token.slice(-8)}`, token.replace(/[^.]*$/, '')])
    for (const _ of [1, 2]) expect(() => jwt.verify(forged)).toThrow();
});

test('ten thousand tokens are kept, then the oldest goes', () => {
  const jwt = createJwt('https://sallyport.test', kind, [newKey()]);
  const tokens = Array.from({ length: 10_001 }, (_, at) => jwt.sign({ ...lasting(5), jti: String(at) }));
  const [oldest = '', ...others] = tokens;
  const first = jwt.verify(oldest);
  const read = others.map((token) => jwt.verify(token));
  expect(jwt.verify(others[0] ?? '')).toBe(read[0]);
  expect(jwt.verify(oldest)).not.toBe(first);
});
