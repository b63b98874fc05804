import { describe, expect, test } from 'vitest';
import {
  assertPasswordAcceptable,
  normalizePassword,
  passwordRules,
} from '../../src/domain/passwords/password-policy.ts';
import { passwordReused } from '../../src/domain/passwords/password-problems.ts';
import { commonPasswords, isCommonPassword } from '../../src/features/passwords/check-new-password.ts';
import { Problem } from '../../src/lib/problem.ts';

const context = ['asmith42', 'alice.smith@county.example', 'Sallyport'];
const words = 'zigzag plum orbit ';

/** The reason for which a password is refused, or null. */
function reasonFor(password: string, preset: keyof typeof passwordRules = 'standard') {
  try {
    assertPasswordAcceptable(password, { rules: passwordRules[preset], isCommon: isCommonPassword, context });
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error).toMatchObject({ status: 422, type: '/problems/password-rejected' });
    expect(error.extensions.detail).toMatch(/^[A-Z].+\.$/);
    return error.extensions.reason;
  }
}

/** As many code points as asked for, on no list and of no word. */
function ofLength(length: number, alphabet = 'kwzvpqxjbmgtd') {
  const letters = [...alphabet];
  return Array.from({ length }, (_, i) => letters[(i * 7 + 3) % letters.length]).join('');
}

describe('a new password', () => {
  test.each([
    ['standard', 11, 'too_short'],
    ['standard', 12, null],
    ['strict', 14, 'too_short'],
    ['strict', 15, null],
    ['standard', 256, null],
    ['standard', 257, 'too_long'],
  ] as const)('PW-1, PW-2: in preset %s, of %i characters: %s', (preset, length, reason) => {
    expect(reasonFor(ofLength(length), preset)).toBe(reason);
  });

  test('PW-1: is refused with the length that it must have', () => {
    const check = { rules: passwordRules.strict, isCommon: isCommonPassword, context };
    expect(() => assertPasswordAcceptable('short', check)).toThrow(
      expect.objectContaining({
        extensions: expect.objectContaining({ detail: expect.stringContaining('15') }),
      }),
    );
  });

  test('PW-3: is measured in code points', () => {
    const emoji = '🦉🌵🪁🧭🛶🎻🪐🧲🫐🦔🪵🧵🌋🪗🦩';
    expect(emoji).toHaveLength(30);
    expect(reasonFor(emoji, 'strict')).toBeNull();
    expect(reasonFor(emoji.slice(0, -2), 'strict')).toBe('too_short');
    expect(reasonFor(ofLength(256, '🦉🌵🪁🧭🛶🎻🪐'))).toBeNull();
    expect(reasonFor(ofLength(257, '🦉🌵🪁🧭🛶🎻🪐'))).toBe('too_long');
  });

  test('PW-3: is measured after NFC, so that both ways to type é count the same', () => {
    const decomposed = 'e\u0301'.repeat(11);
    expect([...decomposed]).toHaveLength(22);
    expect(reasonFor(decomposed)).toBe('too_short');
    expect(reasonFor(`${words}e\u0301`)).toBeNull();
    expect(normalizePassword('cafe\u0301')).toBe('caf\u00e9');
  });

  test('PW-2, PW-3: keeps its spaces and its case', () => {
    expect(normalizePassword('  Two  Spaces ')).toBe('  Two  Spaces ');
    expect(reasonFor(' zigzag plum ')).toBeNull();
  });

  test('PW-4: needs no digit, no capital and no punctuation', () => {
    expect(reasonFor('zigzagplumorbit', 'standard')).toBeNull();
    expect(reasonFor('zigzagplumorbit', 'strict')).toBeNull();
    expect(reasonFor('802651937046285')).toBeNull();
  });

  test('PW-4: needs letters and digits in preset pci, of any script', () => {
    expect(reasonFor('zigzagplumorbit', 'pci')).toBe('composition');
    expect(reasonFor('802651937046285', 'pci')).toBe('composition');
    expect(reasonFor('zigzagplumorbit7', 'pci')).toBeNull();
    expect(reasonFor('зигзаг слива орбита ٧', 'pci')).toBeNull();
  });

  test('PW-4: may not be one of the last four in preset pci', () => {
    expect(passwordRules).toMatchObject({
      standard: { history: 0 },
      strict: { history: 0 },
      pci: { history: 4 },
    });
    expect(passwordReused(4)).toMatchObject({
      status: 422,
      extensions: { reason: 'reused', detail: expect.stringContaining('4') },
    });
  });

  test('PW-5: is not a common one, in any case', () => {
    expect(reasonFor('1qaz2wsx3edc')).toBe('blocklisted');
    expect(reasonFor('PasswordPassword')).toBe('blocklisted');
    expect(reasonFor('Password2026!')).toBe('blocklisted');
    expect(reasonFor('q1w2e3r4t5y6u7i8', 'strict')).toBe('blocklisted');
  });

  test('PW-5: may contain a common one, or a name', () => {
    expect(reasonFor('passwordpassword of the owl')).toBeNull();
    expect(reasonFor('the 1qaz2wsx3edc road')).toBeNull();
    expect(reasonFor('alice rows to sallyport')).toBeNull();
    expect(reasonFor('asmith42 likes plums')).toBeNull();
  });

  test.each([
    'asmith42asmith42',
    'ASMITH42-2026!',
    'asmith420000',
    'alice.smith2026',
    'AliceSmithAlice',
    'smith, smith, smith',
    'alice@@@@@@@@',
    'aliceeeeeeee',
    'xxxxxxxalice',
    '4l1c3$m1th!!',
    'alice.smith@county.example',
    'Sallyport2026!',
    '$@llyp0rt1234',
    '!!!sallyport',
  ])('PW-5: is not the user or the service with padding: %s', (password) => {
    expect(reasonFor(password)).toBe('context_word');
  });

  test('PW-5: of punctuation and digits only is not mistaken for a name', () => {
    const check = { rules: passwordRules.standard, isCommon: () => false, context: ['gas', '', 'bo'] };
    expect(() => assertPasswordAcceptable('945 8045 9458', check)).not.toThrow();
    expect(() => assertPasswordAcceptable('g45 8045 9458', check)).toThrow(Problem);
  });

  test('PW-5: is checked to an end, however much it repeats', () => {
    const check = { rules: passwordRules.standard, isCommon: () => false, context: ['iii', 'iiii', 'iiiii'] };
    expect(() => assertPasswordAcceptable(`${'1i'.repeat(127)}q`, check)).not.toThrow();
  });
});

describe('the list of common passwords', () => {
  const entries = [...commonPasswords];

  test('PW-5: has at least 3000 entries that fit each preset', () => {
    expect(entries.filter((entry) => [...entry].length >= 12).length).toBeGreaterThanOrEqual(15_000);
    expect(entries.filter((entry) => [...entry].length >= 15).length).toBeGreaterThanOrEqual(3000);
  });

  test('PW-5: has only entries that could otherwise be chosen and that are found as they are typed', () => {
    const unfit = entries.filter(
      (entry) =>
        [...entry].length < 12 ||
        [...entry].length > 256 ||
        /\s/.test(entry) ||
        entry !== entry.normalize('NFC').toLowerCase() ||
        !isCommonPassword(entry.toUpperCase()),
    );
    expect(unfit).toEqual([]);
  });

  test('PW-5: has no comment among its entries, and keeps those that begin like one', () => {
    expect(isCommonPassword('###int_made###')).toBe(true);
    expect(entries.filter((entry) => entry.startsWith('# '))).toEqual([]);
  });
});
