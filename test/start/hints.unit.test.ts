import { expect, test } from 'vitest';
import { hintsOf } from '../../src/config/hints.ts';

test.each([
  ['CORS_ORIGIN', 'CORS_ORIGINS'],
  ['DATABSE_URL', 'DATABASE_URL'],
  ['smtp_url', 'SMTP_URL'],
  ['POLICY_PRESETS', 'POLICY_PRESET'],
])('a variable that is nearly one of ours is told: %s', (name, meant) => {
  expect(hintsOf({ [name]: 'hush' })).toEqual([
    `${name} is no setting, and is not read. Did you mean ${meant}?`,
  ]);
});

test('what is ours, what lies in files and what is of others is not', () => {
  expect(hintsOf({ PORT: '1', HOME: '/root', HOSTNAME: 'a', PATH: '/bin', LANG: 'C', PWD: '/' })).toEqual([]);
});
