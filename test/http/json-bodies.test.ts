import { beforeAll, describe, expect, test } from 'vitest';
import { whereJsonBreaks } from '../../src/platform/http/json-break.ts';
import { apiRoutes, oauthRoutes } from '../support/api-routes.ts';
import { bodyRoutes } from '../support/bad-values.ts';
import { bearersOf } from '../support/bearers.ts';
import { stateOf } from '../support/snapshot.ts';
import { useWorld } from '../support/use-world.ts';
import { goodPassword } from '../support/world.ts';

const world = useWorld();
let bearerOf: (path: string) => string;
beforeAll(async () => {
  bearerOf = await bearersOf(world);
});

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

async function send(method: Method, path: string, payload: string | Buffer, type = 'application/json') {
  const headers = { authorization: `Bearer ${bearerOf(path)}`, 'content-type': type };
  const answer = await world.app.inject({ method, url: path, headers, payload });
  return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() };
}

/** Text whose letters are one byte each, as in ISO 8859-1: `ü` is no UTF-8. */
const latin = (text: string) => Buffer.from(text, 'latin1');

describe('bytes that are not UTF-8 (RFC 8259 8.1)', () => {
  test.each([
    { what: 'a letter of ISO 8859-1', bytes: latin('gr\u00fcne Regenschirme') },
    { what: 'half a letter', bytes: Buffer.from('gr\u00fcne Regenschirme').subarray(0, 3) },
    { what: 'a letter in too many bytes', bytes: Buffer.from([0xc0, 0xaf]) },
    { what: 'half a pair', bytes: Buffer.from([0xed, 0xa0, 0x80]) },
  ])('$what sets no password, opens nothing and is not counted', async ({ bytes }) => {
    const ann = await world.user();
    const before = await stateOf(world.database.db);
    const bodyOf = (field: string) =>
      Buffer.concat([
        Buffer.from(`{"username":"${ann.username}","${field}":"`),
        bytes,
        Buffer.from('","password":"x"}'),
      ]);
    for (const field of ['username', 'password', 'area'])
      expect(await send('POST', '/auth/login', bodyOf(field))).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '#', detail: 'Not UTF-8. Send JSON in UTF-8.' }] },
      });
    expect(await stateOf(world.database.db)).toEqual(before);
  });

  test('are refused on every route that takes JSON', async () => {
    for (const { method, path, name } of await bodyRoutes(world)) {
      const { status } = await send(method, path, latin('{"\u00fc":1}'));
      expect(status, name).toBe(400);
    }
  });

  test('are refused in another character set, too, for any type', async () => {
    const { status } = await send(
      'POST',
      '/auth/login',
      latin('{"x":"\u00fc"}'),
      'application/json; charset=latin1',
    );
    expect(status).toBe(400);
  });

  test('are refused in forms', async () => {
    for (const route of oauthRoutes) {
      const path = route.replace('POST ', '');
      const answer = await send('POST', path, latin('token=\u00fc'), 'application/x-www-form-urlencoded');
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
      expect(answer.body.error_description).toContain('UTF-8');
    }
  });

  test('a password of any letters in UTF-8 logs the user in as before', async () => {
    const ann = await world.user({ password: 'gr\u00fcne Regenschirme \u2602\u{1f302}' });
    expect((await ann.login()).status).toBe(200);
  });
});

describe('a text that is no JSON', () => {
  test.each([
    ["{'username':'x'}", 1, 2],
    ['{username:1}', 1, 2],
    ['{"username":"x",}', 1, 17],
    ['{"username":"x"', 1, 16],
    ['{\n  "username": "x"\n  "password": "y"\n}', 3, 3],
    ['[1, 2', 1, 6],
    ['nonsense', 1, 1],
    ['{"a":01}', 1, 7],
    ['{"a":"\t"}', 1, 6],
    ['{"a":1}}', 1, 8],
    ['"\\x"', 1, 1],
    ['['.repeat(16_000), 1, 16_001],
  ])('%.40s breaks where it breaks', (json, line, column) => {
    expect(whereJsonBreaks(json)).toEqual({ line, column });
  });

  test('is refused with the line and column, and nothing of its content', async () => {
    const { status, body } = await send('POST', '/auth/login', `{'password':'${goodPassword}'}`);
    expect(status).toBe(400);
    expect(body.detail).toContain('line 1, column 2');
    expect(JSON.stringify(body)).not.toContain(goodPassword);
  });
});

describe('a request that asks for no body', () => {
  const without = async () =>
    (await apiRoutes(world)).filter(
      ({ method, operation }) => method !== 'GET' && operation.requestBody === undefined,
    );

  test('takes none, for any type, and an empty object', async () => {
    for (const payload of ['', '{}']) {
      const ann = await world.user();
      const { access_token } = (await ann.login()).body;
      const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' };
      const answer = await world.app.inject({ method: 'POST', url: '/auth/logout', headers, payload });
      expect(answer.statusCode).toBe(204);
    }
  });

  test('refuses every field, and what is no object', async () => {
    const routes = await without();
    expect(routes.length).toBeGreaterThan(5);
    const before = await stateOf(world.database.db);
    for (const { method, url, name } of routes) {
      const { status, body } = await send(method as Method, url, '{"every":true,"a/b":1}');
      expect(status, name).toBe(400);
      expect(body.errors, name).toMatchObject([{ pointer: '#/every' }, { pointer: '#/a~1b' }]);
      for (const payload of ['[]', '"x"', '7'])
        expect((await send(method as Method, url, payload)).status).toBe(400);
    }
    expect(await stateOf(world.database.db)).toEqual(before);
  });

  test('an unknown path is 404, with any body', async () => {
    expect((await send('POST', '/auth/nowhere', '{"a":1}')).status).toBe(404);
  });
});
