import { describe, expect, test } from 'vitest';
import { recoveryCodes } from '../../src/features/mfa/providers/recovery-codes.ts';

const provider = recoveryCodes();
const context = { now: new Date(), user: { id: 'u', username: 'ann', email: null, language: null } };

async function enrolled() {
  const { data, show } = await provider.enrol({}, context);
  const codes = show.recovery_codes as string[];
  const verify = (typed: string, held: unknown = data) => {
    const factor = { id: 'f', userId: 'u', method: 'recovery_code', data: held, version: 1 };
    return provider.verify({ factor, state: null, answer: provider.answer.parse({ code: typed }) }, context);
  };
  return { data, codes, verify };
}

describe('the method recovery code', () => {
  test('RK-1 makes ten codes of 120 random bits each', async () => {
    const { codes } = await enrolled();
    expect(codes).toHaveLength(10);
    expect(codes.filter((code) => !/^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$/.test(code))).toEqual([]);
    const others = await Promise.all(Array.from({ length: 20 }, enrolled));
    const all = [...codes, ...others.flatMap((one) => one.codes)];
    expect(new Set(all).size).toBe(210);
    const letters = new Set(all.join('').replaceAll('-', ''));
    expect(letters.size).toBe(32);
  });

  test('RK-3 keeps hashes, not codes', async () => {
    const { data, codes } = await enrolled();
    const kept = JSON.stringify(data);
    for (const code of codes) {
      expect(kept).not.toContain(code);
      expect(kept).not.toContain(code.replaceAll('-', ''));
    }
    expect((data as { unused: string[] }).unused).toHaveLength(10);
  });

  test('RK-2 takes each code once', async () => {
    const { codes, verify } = await enrolled();
    let held: unknown;
    for (const [at, code] of codes.entries()) {
      const verdict = await verify(code, held);
      expect(verdict).toMatchObject({ outcome: 'passed', left: 9 - at });
      if (verdict.outcome === 'passed') held = verdict.data;
      expect(await verify(code, held)).toEqual({ outcome: 'failed' });
    }
    expect(held).toEqual({ unused: [] });
    expect(provider.backup?.remaining?.(held)).toBe(0);
  });

  test('reads a code in any case and spacing, and nothing that is no code', async () => {
    const { codes, verify } = await enrolled();
    const [code = ''] = codes;
    const spellings = [
      code,
      code.toLowerCase(),
      code.replaceAll('-', ''),
      ` ${code.replaceAll('-', ' - ')} `,
    ];
    for (const spelling of spellings) expect(await verify(spelling)).toMatchObject({ outcome: 'passed' });
    const strange = ['123456', code.slice(0, -1), `${code}A`, code.replace(/.$/, '1'), ''];
    expect(strange.filter((one) => provider.answer.safeParse({ code: one }).success)).toEqual([]);
  });

  test('RK-1 does not know the codes of another set', async () => {
    const mine = await enrolled();
    const theirs = await enrolled();
    for (const code of theirs.codes) expect(await mine.verify(code)).toEqual({ outcome: 'failed' });
  });
});
