import { NodeCryptoPlugin } from '@otplib/plugin-crypto-node';
import { generateSync } from 'otplib';
import { describe, expect, test } from 'vitest';
import { totp } from '../../src/features/mfa/providers/totp.ts';
import { codeOf } from '../support/actor.ts';
import { readPicture } from '../support/read-picture.ts';

const crypto = new NodeCryptoPlugin();
const provider = totp({ issuer: 'Sallyport' });
const user = { id: 'u', username: 'ann', email: null, language: null };

/** RFC 4648 base32 of ASCII, for the keys that the RFCs give as text. */
function base32(text: string): string {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = bits.match(/.{1,5}/g) ?? [];
  return letters
    .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('');
}

const digits = '1234567890'.repeat(7);
const sha1Key = base32(digits.slice(0, 20));

function verdictOn(code: string, at: number, data = { secret: sha1Key, lastStep: null as number | null }) {
  const factor = { id: 'f', userId: 'u', method: 'totp', data, version: 1 };
  return provider.verify({ factor, state: null, answer: { code } }, { now: new Date(at * 1000), user });
}

describe('the method TOTP', () => {
  const hotp = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ');

  test.each(hotp.map((code, counter) => [counter, code] as const))(
    'OT-1 computes RFC 4226 appendix D: counter %i is %s',
    async (counter, code) => {
      expect(generateSync({ strategy: 'hotp', secret: sha1Key, counter, crypto })).toBe(code);
      expect(await verdictOn(code, counter * 30)).toMatchObject({
        outcome: 'passed',
        data: { secret: sha1Key, lastStep: counter },
      });
    },
  );

  const rfc6238 = [
    [59, '94287082', '46119246', '90693936'],
    [1111111109, '07081804', '68084774', '25091201'],
    [1111111111, '14050471', '67062674', '99943326'],
    [1234567890, '89005924', '91819424', '93441116'],
    [2000000000, '69279037', '90698825', '38618901'],
    [20000000000, '65353130', '77737706', '47863826'],
  ] as const;

  test.each(rfc6238)('OT-1 computes RFC 6238 appendix B at %i', async (epoch, sha1, sha256, sha512) => {
    const eight = (length: number, algorithm: 'sha1' | 'sha256' | 'sha512') =>
      generateSync({ secret: base32(digits.slice(0, length)), epoch, algorithm, digits: 8, crypto });
    expect([eight(20, 'sha1'), eight(32, 'sha256'), eight(64, 'sha512')]).toEqual([sha1, sha256, sha512]);
    expect(await verdictOn(sha1.slice(-6), epoch)).toMatchObject({
      outcome: 'passed',
      data: { lastStep: Math.floor(epoch / 30) },
    });
  });

  test.each([
    [-3, 'failed'],
    [-2, 'failed'],
    [-1, 'passed'],
    [0, 'passed'],
    [1, 'passed'],
    [2, 'failed'],
    [3, 'failed'],
  ])('OT-5 judges a code %i steps away: %s', async (steps, outcome) => {
    for (const second of [0, 1, 15, 29]) {
      const at = 1_900_000_020 + second;
      expect(await verdictOn(codeOf(sha1Key, steps, at * 1000), at)).toMatchObject({ outcome });
    }
  });

  test('OT-2, OT-4 takes a step only after the last one that it took', async () => {
    const at = 1_900_000_020;
    const step = at / 30;
    const verdicts = await Promise.all(
      [step - 2, step - 1, step, step + 1].map((lastStep) =>
        verdictOn(codeOf(sha1Key, 0, at * 1000), at, { secret: sha1Key, lastStep }),
      ),
    );
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'used', 'used']);
  });

  test('reads six digits as people type them and nothing else as a code', () => {
    const typed = ['123456', ' 123456', '123456\n', '123 456', '123-456', '１２３４５６', '١٢٣٤٥٦', '१२३४५६'];
    for (const code of typed) expect(provider.answer.parse({ code }), code).toEqual({ code: '123456' });
    expect(provider.answer.parse({ code: '٠٠٠ ٠٠٩' })).toEqual({ code: '000009' });
    const others = ['12345', '1234567', '12345a', '', '-12345', '12.3456', '½23456', '一二三四五六'];
    for (const code of others) expect(provider.answer.safeParse({ code }).success, code).toBe(false);
    expect(provider.answer.safeParse({ code: 123456 }).success).toBe(false);
    expect(provider.answer.safeParse({ code: '000000', timestamp: 1 }).success).toBe(false);
  });

  test('OT-6 makes every secret of 160 random bits', async () => {
    const enrolments = await Promise.all(
      Array.from({ length: 100 }, () => provider.enrol({}, { now: new Date(), user })),
    );
    const secrets = enrolments.map(({ show }) => String(show.secret));
    expect(secrets.filter((secret) => !/^[A-Z2-7]{32}$/.test(secret))).toEqual([]);
    expect(new Set(secrets).size).toBe(100);
    const [first] = enrolments;
    expect(first?.data).toEqual({ secret: secrets[0], lastStep: null });
    expect(first?.hint).toBeNull();
  });

  test.each([
    ['Müller & Söhne Bank', 'ann'],
    ['County: Works', 'ann+test@example.com'],
    ['100 % sure?#', 'a_b-c.d'],
  ])('OT-1 writes a URI that apps read back: %s, %s', async (issuer, username) => {
    const { show } = await totp({ issuer }).enrol({}, { now: new Date(), user: { ...user, username } });
    const uri = String(show.qr_code_uri);
    expect(uri).not.toContain('+');
    const { protocol, host, pathname, searchParams } = new URL(uri);
    expect([protocol, host]).toEqual(['otpauth:', 'totp']);
    const [prefix, account, ...more] = decodeURIComponent(pathname.slice(1)).split(':');
    const named = issuer.replaceAll(':', ' ');
    expect([prefix, account, more]).toEqual([named, username, []]);
    expect(searchParams.get('issuer')).toBe(named);
    expect(searchParams.get('secret')).toBe(show.secret);
    expect(searchParams.get('algorithm') ?? 'SHA1').toBe('SHA1');
    expect(searchParams.get('digits') ?? '6').toBe('6');
    expect(searchParams.get('period') ?? '30').toBe('30');

    expect(readPicture(String(show.qr_code_png))).toBe(uri);
  });

  test('needs no challenge and sends nothing', async () => {
    const factor = {
      id: 'f',
      userId: 'u',
      method: 'totp',
      data: { secret: sha1Key, lastStep: null },
      version: 1,
    };
    expect(await provider.challenge(factor, { now: new Date(), user })).toEqual({ state: null, show: {} });
    expect(provider.delivery).toBeUndefined();
    expect(provider).toMatchObject({ level: '2', amr: ['otp', 'mfa'], guessable: true, challengeless: true });
  });
});
