import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type AssociatedData, createVault, type VaultKey } from '../../src/lib/crypto/vault.ts';

const newKey = (id: string): VaultKey => ({ id, key: randomBytes(32) });
const key = newKey('k1');
const vault = createVault([key]);
const place: AssociatedData = { table: 'factors', row: 'ann/1', column: 'data_sealed' };
const text = '{"secret":"GEZDGNBVGY3TQOJQ","step":null} ✓';
const sealed = vault.encrypt(text, place);

describe('the vault', () => {
  test('OT-8 opens what it sealed, and shows none of it', () => {
    expect(vault.decrypt(sealed, place)).toBe(text);
    expect(sealed).toMatch(/^k1\.[\w-]{16}\.[\w-]+$/);
    expect(sealed).not.toContain('GEZD');
    expect(vault.decrypt(vault.encrypt('', place), place)).toBe('');
  });

  test('OT-8 seals the same text differently each time', () => {
    const all = Array.from({ length: 1000 }, () => vault.encrypt(text, place));
    expect(new Set(all.map((one) => one.split('.')[1])).size).toBe(1000);
  });

  test.each<Partial<AssociatedData>>([
    { table: 'challenges' },
    { row: 'eve/1' },
    { row: 'ann/2' },
    { column: 'label' },
    { table: 'factor', row: 'sann/1' },
    { row: 'ann/1data', column: '_sealed' },
    { row: '' },
  ])('OT-8 does not open what was moved to %o', (moved) => {
    expect(() => vault.decrypt(sealed, { ...place, ...moved })).toThrow();
  });

  test('OT-8 opens by any of its keys, seals with the first, and not at all with another', () => {
    const next = newKey('k2');
    const rotated = createVault([next, key]);
    expect(rotated.decrypt(sealed, place)).toBe(text);
    expect(rotated.encrypt(text, place)).toMatch(/^k2\./);
    expect(() => createVault([next]).decrypt(sealed, place)).toThrow('No vault key has the id k1');
    expect(() => createVault([newKey('k1')]).decrypt(sealed, place)).toThrow();
  });

  test('OT-8 does not open what was changed in any byte', () => {
    const [id = '', nonce = '', body = ''] = sealed.split('.');
    const flipped = (part: string, at: number) => {
      const bytes = Buffer.from(part, 'base64url');
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes.toString('base64url');
    };
    for (let at = 0; at < Buffer.from(nonce, 'base64url').length; at += 1) {
      expect(() => vault.decrypt([id, flipped(nonce, at), body].join('.'), place), `nonce ${at}`).toThrow();
    }
    for (let at = 0; at < Buffer.from(body, 'base64url').length; at += 1) {
      expect(() => vault.decrypt([id, nonce, flipped(body, at)].join('.'), place), `byte ${at}`).toThrow();
    }
  });

  test('OT-8 does not open what was cut short: a tag of four bytes is none', () => {
    const [id = '', nonce = '', body = ''] = sealed.split('.');
    const bytes = Buffer.from(body, 'base64url');
    for (let length = 0; length < bytes.length; length += 1) {
      const cut = bytes.subarray(0, length).toString('base64url');
      expect(() => vault.decrypt([id, nonce, cut].join('.'), place), `${length} bytes`).toThrow();
    }
    const [, emptyNonce = '', emptyBody = ''] = vault.encrypt('', place).split('.'); // nothing but a tag
    for (const length of [0, 4, 8, 12, 15]) {
      const cut = Buffer.from(emptyBody, 'base64url').subarray(0, length).toString('base64url');
      expect(() => vault.decrypt([id, emptyNonce, cut].join('.'), place), `a tag of ${length}`).toThrow();
    }
  });

  test.each(['', '.', '..', 'k1', 'k1..', `k1.${'A'.repeat(16)}.`, 'GEZDGNBVGY3TQOJQ', '__proto__.a.b'])(
    'OT-8 does not open "%s", which it never sealed',
    (forged) => {
      expect(() => vault.decrypt(forged, place)).toThrow();
    },
  );

  test('OB-12 keys its codes: another vault makes another mac of the same code', () => {
    expect(vault.mac('492039')).toBe(vault.mac('492039'));
    expect(vault.mac('492039')).not.toBe(vault.mac('492038'));
    expect(createVault([newKey('k1')]).mac('492039')).not.toBe(vault.mac('492039'));
  });
});
