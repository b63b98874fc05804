import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { huntSecrets } from '../support/secret-hunt.ts';
import { kinds } from '../support/secret-record.ts';

const token = 'Zm9vYmFyYmF6cXV4-Zm9vYmFy';
const secrets = [
  { world: 'a', kind: 'token', value: token },
  { world: 'a', kind: 'one-time code', value: '492039' },
  { world: 'a', kind: 'password', value: 'seven wet umbrellas' },
  { world: 'a', kind: 'user name', value: 'u0f9a8b7c' },
  { world: 'a', kind: 'one-time code', value: '/auth/mfa/verify' },
];
const found = (world: string, text: string) =>
  huntSecrets(secrets, [{ world, text }]).map(({ kind }) => kind);

describe('the search that ends each run of the tests', () => {
  test('AU-4 finds a long secret anywhere, also in the log of another world', () => {
    expect(found('a', `{"msg":"?token=${token}&x"}`)).toEqual(['token']);
    expect(found('b', `xx${token}xx`)).toEqual(['token']);
    expect(found('b', '{"msg":"seven wet umbrellas"}')).toEqual(['password']);
    expect(found('a', token.slice(0, -1))).toEqual([]);
  });

  test('AU-4 finds a short one as a word, in the log of its own world', () => {
    expect(found('a', '{"cause":"492039 is wrong"}')).toEqual(['one-time code']);
    expect(found('a', '{"who":"u0f9a8b7c"}')).toEqual(['user name']);
    expect(found('a', '{"time":1749203912345}')).toEqual([]);
    expect(found('b', '{"ms":492039}')).toEqual([]);
  });

  test('takes no word of the service itself for a secret', () => {
    expect(found('a', '{"route":"/auth/mfa/verify"}')).toEqual([]);
  });

  test('AU-4 knows every member of the API that by its name is a secret or an address', () => {
    const named = /(?:^|_)(?:codes?|token|secret|password|mfa_proof|assertion|phone|email|username)$/;
    const members = new Set<string>();
    const document = readFileSync(new URL('../../openapi/openapi.json', import.meta.url), 'utf8');
    JSON.parse(document, (name, value) => {
      if (named.test(name)) members.add(name);
      return value;
    });
    expect([...members].filter((name) => !(name in kinds))).toEqual([]);
    expect(members.size).toBeGreaterThan(10);
  });
});
