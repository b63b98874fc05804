import { describe, expect, test } from 'vitest';
import { notOnce, type Use } from './once.ts';

const use = (began: number, ended: number, outcome: Use['outcome']): Use => ({ began, ended, outcome });

describe('a credential that is good once', () => {
  test('is used by one, and refused to those who come at the same time or later', () => {
    const uses = [use(0, 9, 'success'), use(1, 8, 'refused'), use(10, 11, 'refused')];
    expect(notOnce(uses, null)).toEqual([]);
  });

  test('may be spent by a use that was lost, or by its ending', () => {
    expect(notOnce([use(0, 9, 'lost'), use(10, 11, 'refused')], null)).toEqual([]);
    expect(notOnce([use(5, 9, 'refused')], { began: 1, ended: 4 })).toEqual([]);
    expect(notOnce([use(0, 1, 'busy'), use(2, 3, 'success')], null)).toEqual([]);
  });

  test('is not used by two', () => {
    expect(notOnce([use(0, 9, 'success'), use(10, 11, 'success')], null)).toEqual(['2 uses succeeded']);
  });

  test('is not used after its ending, but may be while it ends', () => {
    const ending = { began: 2, ended: 4 };
    expect(notOnce([use(3, 9, 'success')], ending)).toEqual([]);
    expect(notOnce([use(5, 9, 'success')], ending)).toEqual([
      'a use succeeded that began after the credential was void',
    ]);
  });

  test('is not refused before anything has spent it', () => {
    const found = ['a use was refused before anything could have spent the credential'];
    expect(notOnce([use(0, 1, 'refused'), use(2, 3, 'success')], null)).toEqual(found);
    expect(notOnce([use(0, 1, 'refused')], { began: 2, ended: 3 })).toEqual(found);
  });
});
