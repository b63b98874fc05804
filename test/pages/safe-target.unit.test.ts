import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeTarget } from '../../web/src/lib/safe-target.ts';

const own = 'https://login.example.gov';
const listed = ['https://app.example.gov', 'http://localhost:4173'];
const leads = (wanted: string) => safeTarget(wanted, own, listed);

describe('open redirect: a login', () => {
  test.each([
    ['/security', `${own}/security`],
    ['/console/users?q=a#b', `${own}/console/users?q=a#b`],
    [`${own}/security`, `${own}/security`],
    ['https://app.example.gov/accounts?id=7', 'https://app.example.gov/accounts?id=7'],
    ['http://localhost:4173/', 'http://localhost:4173/'],
  ])('may lead to %s', (wanted, target) => {
    expect(leads(wanted)).toBe(target);
  });

  test.each([
    'https://evil.example/',
    '//evil.example/',
    '///evil.example/',
    '/.//evil.example/',
    '/a/..//evil.example/',
    '/\\evil.example/',
    '\\\\evil.example/',
    '/\t/evil.example/',
    '\nhttps://evil.example/',
    'https:evil.example',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,evil',
    'https://app.example.gov@evil.example/',
    'https://me:pw@app.example.gov/',
    'https://app.example.gov.evil.example/',
    'http://app.example.gov/', // the scheme counts too
    'https://app.example.gov:8443/',
  ])('does not lead to %j', (wanted) => {
    const target = leads(wanted);
    expect(target === null || URL.parse(target)?.origin === own).toBe(true);
  });

  test('leads to no other origin, for any text', () => {
    const parts = fc.constantFrom(
      '/',
      '\\',
      ':',
      '@',
      '.',
      '%2f',
      '\t',
      'https:',
      'evil.example',
      'app.example.gov',
      '?',
      '#',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 8 }), (texts) => {
        const target = leads(texts.join(''));
        if (target !== null) expect([own, ...listed]).toContain(URL.parse(target)?.origin);
      }),
      { numRuns: 2000 },
    );
  });
});
