import { beforeAll, expect, test } from 'vitest';
import { apiRoutes, oauthRoutes } from '../support/api-routes.ts';
import { useWorld } from '../support/use-world.ts';
import { type Answer, createWorld } from '../support/world.ts';

const world = useWorld();
let bearer: string;
beforeAll(async () => {
  bearer = (await (await world.user()).login()).body.access_token;
});

type NamedAnswer = { readonly name: string; readonly answer: Answer };
const cacheable = [
  'GET /.well-known/jwks.json',
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/ssf-configuration',
  'GET /openapi.json',
];

/** An answer of every route to a stranger and to somebody signed in, and answers of what is no route. */
async function everyAnswer(): Promise<NamedAnswer[]> {
  const answers: NamedAnswer[] = [];
  for (const { method, url, name } of await apiRoutes(world)) {
    if (method === 'GET') answers.push({ name, answer: await world.call(method, url) });
    else answers.push({ name, answer: await world.call(method, url, {}) });
    if (name === 'POST /auth/logout') continue;
    answers.push({
      name,
      answer: await world.call(method, url, method === 'GET' ? undefined : {}, { bearer }),
    });
  }
  for (const url of ['/openapi.json', '/nowhere', '/auth/login', '/auth/%ZZ', '/health/live?x=1']) {
    answers.push({ name: `GET ${url} (no route of the document)`, answer: await world.call('GET', url) });
  }
  const ann = await world.user();
  answers.push({ name: 'POST /auth/login (right)', answer: await ann.login() });
  answers.push({
    name: 'POST /auth/logout (right)',
    answer: await world.call('POST', '/auth/logout', undefined, {
      bearer: (await ann.login()).body.access_token,
    }),
  });
  return answers;
}

test('HT-1 HT-7 every answer says how browsers are to treat it, and none says what made it', async () => {
  const answers = await everyAnswer();
  expect(new Set(answers.map(({ answer }) => answer.status))).toEqual(
    new Set([200, 204, 400, 401, 403, 404, 405, 415]),
  );
  for (const { name, answer } of answers) {
    const { headers } = answer;
    expect(headers, name).toMatchObject({
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    });
    expect(Object.keys(headers), name).not.toContain('server');
    expect(Object.keys(headers), name).not.toContain('x-powered-by');
    expect(Object.keys(headers), name).not.toContain('set-cookie');
  }
});

test('HT-1 nothing but keys, metadata and the document may be kept, and of those no refusal', async () => {
  for (const { name, answer } of await everyAnswer()) {
    const kept = cacheable.some((one) => name.startsWith(one)) && answer.status === 200;
    expect(answer.headers['cache-control'], name).toBe(kept ? 'public, max-age=300' : 'no-store');
  }
  const refused = await world.call('GET', '/.well-known/jwks.json?x=1');
  expect(refused).toMatchObject({ status: 400, headers: { 'cache-control': 'no-store' } });
});

test('HT-2 every refusal is a problem that names its status and its request', async () => {
  const types = new Set<unknown>();
  for (const { name, answer } of await everyAnswer()) {
    const { status, body, headers } = answer;
    types.add(headers['content-type']);
    if (oauthRoutes.includes(name) && [400, 401].includes(status)) {
      expect(headers['content-type'], name).toBe('application/json; charset=utf-8');
      expect(Object.keys(body).sort(), name).toEqual(['error', 'error_description']);
    } else if (status === 204) expect(headers, name).not.toHaveProperty('content-type');
    else if (status < 300) expect(headers['content-type'], name).toBe('application/json; charset=utf-8');
    else {
      expect(headers['content-type'], name).toBe('application/problem+json; charset=utf-8');
      expect(body, name).toMatchObject({
        type: expect.stringMatching(/^(about:blank|\/problems\/[\w-]+)$/),
        title: expect.any(String),
        detail: expect.stringMatching(/./),
        status,
        instance: expect.stringMatching(/^urn:uuid:[\da-f-]{36}$/),
      });
    }
  }
  expect(types.size).toBe(3);
});

test('HT-1 no answer leads elsewhere', async () => {
  for (const { name, answer } of await everyAnswer()) {
    expect(answer.headers, name).not.toHaveProperty('location');
  }
});

test('HT-1 RL-7 a refusal for calling too often is no exception', async () => {
  const limits = { requestsPerMinute: 1, loginsPerMinute: 1, redis: null };
  const narrow = await createWorld({ app: { limits } });
  await narrow.call('GET', '/health/live');
  const { status, headers } = await narrow.call('GET', '/health/live');
  await narrow.close();
  expect(status).toBe(429);
  expect(headers).toMatchObject({
    'retry-after': expect.stringMatching(/^\d+$/),
    'cache-control': 'no-store',
    'strict-transport-security': expect.any(String),
    'content-type': 'application/problem+json; charset=utf-8',
  });
});

test('RL-5 an address is counted by its network, which in IPv6 is a /64', async () => {
  const limits = { requestsPerMinute: 1, loginsPerMinute: 1, redis: null };
  const narrow = await createWorld({ app: { limits } });
  const live = async (ip: string) => (await narrow.call('GET', '/health/live', undefined, { ip })).status;
  expect(await live('2001:db8:5:6::1')).toBe(200);
  expect(await live('2001:db8:5:6:ffff::1')).toBe(429);
  expect(await live('2001:db8:5:7::1')).toBe(200);
  await narrow.close();
});
