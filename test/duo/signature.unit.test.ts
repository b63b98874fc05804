import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonical } from '../../src/platform/adapters/duo-auth-api.ts';

const call = {
  date: 'Tue, 21 Aug 2012 17:29:18 -0000',
  method: 'POST',
  host: 'test.duosecurity.com',
  path: '/test/v1',
} as const;

test("OB-9 signs as Duo's published vector has it", () => {
  const text = canonical({ ...call, params: { username: 'root', realname: 'First Last' } });
  const signature = createHmac('sha512', 'test_skey').update(text).digest('hex');
  expect(Buffer.from(`test_ikey:${signature}`).toString('base64')).toBe(
    'dGVzdF9pa2V5OjA0MmEzMGM2ODJiZDgzNmZjNWJhNDY3ODkxYTk1NmVhYTEwMDkxY2EwZjczYTdmYjM5NmFlZmQ1NmEzNTI5ZTU2OTMyZGVhNDI3YTY3MjEzYWY2NjRiYTY4NDE2ODlmZjIzMzZiN2EzNzM3NjZlYTVhYjdhYjlmZTI2MzgyMjZi',
  );
});

test('escapes every character that Duo escapes', () => {
  const signs = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
  const escaped = '%21%22%23%24%25%26%27%28%29%2A%2B%2C-.%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E_%60%7B%7C%7D~';
  expect(
    canonical({ ...call, params: { [signs]: signs } })
      .split('\n')
      .at(-1),
  ).toBe(`${escaped}=${escaped}`);
});

test('sorts by name, a host in small letters, an empty last line without parameters', () => {
  const params = { 'a-b': '1', a: '2', '\u0103': '3', A: '4' };
  expect(
    canonical({ ...call, host: 'TEST.duosecurity.com', params })
      .split('\n')
      .slice(2),
  ).toEqual(['test.duosecurity.com', '/test/v1', '%C4%83=3&A=4&a=2&a-b=1']);
  expect(canonical({ ...call, params: {} })).toMatch(/\n\/test\/v1\n$/);
});
