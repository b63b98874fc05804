import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { codeOf } from '../support/actor.ts';
import { apiRoutes, oauthRoutes } from '../support/api-routes.ts';
import { type BodyRoute, badValues, bodyRoutes, plainBody } from '../support/bad-values.ts';
import { bearersOf } from '../support/bearers.ts';
import { stateOf } from '../support/snapshot.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
let routes: readonly BodyRoute[];
let bearerOf: (path: string) => string;
beforeAll(async () => {
  routes = await bodyRoutes(world);
  bearerOf = await bearersOf(world);
});

/** Nothing of this file may count, cost or change anything: no throttle, no session, no event. */
let before: Awaited<ReturnType<typeof stateOf>>;
beforeEach(async () => {
  before = await stateOf(world.database.db);
});
afterEach(async () => {
  expect(await stateOf(world.database.db)).toEqual(before);
});

async function send({ method, path }: Pick<BodyRoute, 'method' | 'path'>, payload: unknown) {
  const answer = await world.app.inject({
    method,
    url: path.replace(/\{\w+\}/g, randomUUID()),
    headers: { authorization: `Bearer ${bearerOf(path)}`, 'content-type': 'application/json' },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.body).not.toMatch(/\bat .+:\d+|node_modules|\.ts\b|Error\b/);
  return { status: answer.statusCode, ...answer.json() };
}

function naming(...pointers: string[]) {
  const errors = pointers.map((pointer) => expect.objectContaining({ pointer, detail: expect.any(String) }));
  return { status: 400, type: '/problems/invalid-request', errors: expect.arrayContaining(errors) };
}

/** OAuth names it in words: RFC 6749 5.2. */
function namingIn(route: string, pointer: string) {
  if (!oauthRoutes.includes(route)) return naming(pointer);
  return { error: 'invalid_request', error_description: expect.stringContaining(pointer) };
}

describe('a body', () => {
  test('HT-3 a field of the wrong kind or shape is named, on every route', async () => {
    let tried = 0;
    for (const route of routes) {
      for (const [field, schema] of Object.entries(route.fields)) {
        for (const [what, value] of Object.entries(badValues(schema))) {
          const problem = await send(route, { ...plainBody(route), [field]: value });
          expect(problem, `${route.name}: ${field} is ${what}`).toMatchObject(naming(`#/${field}`));
          tried += 1;
        }
      }
    }
    expect(tried).toBeGreaterThan(200);
  });

  test('HT-3 every required field that is missing is named', async () => {
    for (const route of routes.filter(({ required }) => required.length > 0)) {
      const pointers = route.required.map((field) => `#/${field}`);
      expect(await send(route, {}), route.name).toMatchObject(naming(...pointers));
    }
  });

  const unknown = ['role', 'user_id', 'admin', 'mfa', 'constructor', 'toString', '__defineGetter__', 'a/b~c'];

  test('HT-3 attack 35 every unknown field is refused and named, on every route', async () => {
    for (const route of routes) {
      const fields = unknown.filter((field) => !Object.hasOwn(route.fields, field));
      const pointers = fields.map((field) => `#/${field.replace('~', '~0').replace('/', '~1')}`);
      const given = Object.fromEntries(fields.map((field) => [field, randomUUID()]));
      const problem = await send(route, { ...plainBody(route), ...given });
      expect(problem, route.name).toMatchObject(naming(...pointers));
    }
  });

  test.each([
    '{"__proto__":{"admin":true}}',
    '{"username":"x","password":"x","__proto__":{"area":"admin"}}',
    '{"constructor":{"prototype":{"admin":true}}}',
    '{"response":{"__proto__":{"admin":true}}}',
    '{"username":',
    '{username:1}',
    "{'username':'x'}",
    '\u0000',
    'undefined',
    'NaN',
    '['.repeat(16_000),
    '',
  ])('HT-3 what is no plain JSON is refused as such: %.40s', async (payload) => {
    const asked = payload === '' ? routes.filter(({ optional }) => !optional) : routes;
    for (const route of asked) expect(await send(route, payload), route.name).toMatchObject(naming('#'));
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test.each(['null', '[]', '[{}]', '"x"', '7', 'true'])('HT-3 the JSON %s is no object', async (payload) => {
    const asked = payload === 'null' ? routes.filter(({ optional }) => !optional) : routes;
    for (const route of asked) expect(await send(route, payload), route.name).toMatchObject(naming('#'));
  });

  test('HT-3 a body that is not there is missed', async () => {
    for (const { method, path, name, optional } of routes) {
      if (optional) continue;
      const url = path.replace(/\{\w+\}/g, randomUUID());
      const answer = await world.call(method, url, undefined, { bearer: bearerOf(path) });
      expect(answer.body, name).toMatchObject(naming('#'));
    }
  });
});

describe('a URL', () => {
  test.each(['x', 'access_token', 'mfa_token', '__proto__', 'constructor', 'area'])(
    'HT-3 the unknown parameter %s is refused and named, on every route',
    async (name) => {
      for (const route of await apiRoutes(world)) {
        const body = route.method === 'GET' ? undefined : {};
        const { parameters = [], requestBody } = route.operation;
        if (requestBody && parameters.some((one) => one.in === 'query')) continue; // the body is looked at first
        const first = route.url.includes('?') ? '&' : '?';
        const answer = await world.call(route.method, `${route.url}${first}${name}=1`, body, {
          bearer: bearerOf(route.path),
        });
        expect(answer.body, route.name).toMatchObject(namingIn(route.name, `?${name}`));
      }
    },
  );

  test.each(['1', 'not-a-uuid', '%27', '..%2f..%2fme', '%00', `${randomUUID()}%20`])(
    'HT-3 the id %s is none',
    async (id) => {
      const withId = (await apiRoutes(world)).filter(({ path }) => path.includes('{id}'));
      expect(withId.length).toBeGreaterThan(2);
      for (const { method, path, name } of withId) {
        const body = method === 'PATCH' ? { label: 'x' } : undefined;
        const answer = await world.call(method, path.replace('{id}', id), body, { bearer: bearerOf(path) });
        expect(answer.body, name).toMatchObject(naming('#/id'));
      }
    },
  );
});

describe('an X-MFA-Token', () => {
  test('HT-3 that is empty or endless is refused and named, on every route that reads it', async () => {
    const readers = (await apiRoutes(world)).filter(({ operation }) => {
      return /"x-mfa-token"/i.test(JSON.stringify(operation));
    });
    const own = readers.filter(({ path }) => path.startsWith('/auth/'));
    expect(own.length).toBeGreaterThan(4);
    for (const { method, url, path, name } of own) {
      const route = routes.find((one) => one.name === name);
      const body = route && { ...plainBody(route), ...('label' in route.fields && { label: 'x' }) };
      for (const mfa of ['', 'x'.repeat(4097), 'a\tb']) {
        const { body: problem } = await world.call(method, url, body, {
          bearer: bearerOf(path),
          headers: { 'x-mfa-token': mfa },
        });
        expect(problem, name).toMatchObject(naming('#/x-mfa-token'));
      }
    }
  });

  test('VN-3 that is a list is refused and named, on every route', async () => {
    for (const { method, url, path, name } of await apiRoutes(world)) {
      const body = method === 'GET' ? undefined : {};
      const answer = await world.call(method, url, body, { bearer: bearerOf(path), mfa: '123456,654321' });
      expect(answer.body, name).toMatchObject(namingIn(name, 'X-MFA-Token'));
    }
  });
});

test('HT-3 answers that are malformed cost nothing: the right one still logs the user in', async () => {
  const ann = await world.user();
  const { secret } = await ann.enrolTotp();
  const { temp_token } = (await ann.login()).body;
  const then = await stateOf(world.database.db);
  const verify = { method: 'POST', path: '/auth/mfa/verify' } as const;
  for (const mfa_token of [
    Number(codeOf(secret)),
    [codeOf(secret)],
    `${codeOf(secret)}1`,
    '12345',
    '',
    null,
  ]) {
    expect(await send(verify, { temp_token, mfa_token })).toMatchObject(naming('#/mfa_token'));
  }
  expect(await send(verify, { temp_token, response: { x: 1 } })).toMatchObject(naming('#/response'));
  expect(await stateOf(world.database.db)).toEqual(then);
  expect((await ann.verify(temp_token, codeOf(secret))).status).toBe(200);
  before = await stateOf(world.database.db);
});
