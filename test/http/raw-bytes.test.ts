import { beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../support/actor.ts';
import { jsonRequest, listenRaw } from '../support/raw-http.ts';
import { snapshot } from '../support/snapshot.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
let send: Awaited<ReturnType<typeof listenRaw>>;
beforeAll(async () => {
  send = await listenRaw(world.app);
});

const ask = (method: string, url: string, headers: readonly string[], body?: unknown) =>
  send(...jsonRequest(method, url, headers, body));

/** A refusal is a problem, with the headers of every other answer. */
function expectProblem({ status, head, body }: Awaited<ReturnType<typeof ask>>, expected: number) {
  expect(status).toBe(expected);
  expect(head).toContain('content-type: application/problem+json');
  expect(head).toContain('cache-control: no-store');
  expect(head).toContain('x-content-type-options: nosniff');
  expect(head).not.toMatch(/^(server|x-powered-by):/m);
  return JSON.parse(body);
}

describe('a header that comes twice', () => {
  test.each([
    ['Authorization', 'Authorization'],
    ['Authorization', 'AUTHORIZATION'],
    ['authorization', 'aUTHORIZATION'],
  ])('attack 34 %s and %s: neither is taken, in either order', async (first, second) => {
    const good = (await (await world.user()).login()).body.access_token;
    expect((await ask('GET', '/auth/me', [`${first}: Bearer ${good}`])).status).toBe(200);
    for (const values of [
      [good, 'other'],
      ['other', good],
      [good, good],
    ]) {
      const headers = [`${first}: Bearer ${values[0]}`, `${second}: Bearer ${values[1]}`];
      const problem = expectProblem(await ask('GET', '/auth/me', headers), 400);
      expect(problem.errors).toEqual([{ pointer: 'Authorization', detail: 'Send it once, with one value' }]);
    }
  });

  test('attack 34 two bearers in one header are none', async () => {
    const good = (await (await world.user()).login()).body.access_token;
    for (const value of [
      `Bearer ${good}, Bearer ${good}`,
      `Bearer ${good},${good}`,
      `Bearer ${good} ${good}`,
    ]) {
      const problem = expectProblem(await ask('GET', '/auth/me', [`Authorization: ${value}`]), 401);
      expect(problem.type).toBe('/problems/authentication-required');
    }
  });

  test('VN-3 X-MFA-Token: nothing is evaluated and no code is spent', async () => {
    const vendor = await world.user({ roles: ['vendor'] });
    const { secret } = await vendor.enrolTotp();
    const bearer = `Authorization: Bearer ${(await vendor.login('vendor')).body.access_token}`;
    const code = codeOf(secret);
    const before = await snapshot(world.database.db);
    const doubles = [
      [`X-MFA-Token: ${code}`, 'X-MFA-Token: 000000'],
      ['X-MFA-Token: 000000', `x-mfa-token: ${code}`],
      [`X-MFA-Token: ${code}`, `X-Mfa-Token: ${code}`],
      [`X-MFA-Token: ${code},000000`],
    ];
    for (const headers of doubles) {
      const problem = expectProblem(await ask('GET', '/api/sensitive-data', [bearer, ...headers]), 400);
      expect(problem.errors).toEqual([{ pointer: 'X-MFA-Token', detail: 'Send it once, with one value' }]);
    }
    expect(await snapshot(world.database.db)).toEqual(before);
    const once = await ask('GET', '/api/sensitive-data', [bearer, `X-MFA-Token: ${code}`]);
    expect(once).toMatchObject({ status: 200, body: '{"data":"sensitive"}' });
  });
});

describe('bytes that are no request', () => {
  test.each([
    { what: 'a header without a colon', lines: ['GET /auth/me HTTP/1.1', 'host: a', 'foo bar'], status: 400 },
    {
      what: 'a space before the colon',
      lines: ['GET /auth/me HTTP/1.1', 'host: a', 'authorization : x'],
      status: 400,
    },
    {
      what: 'a NUL in a header',
      lines: ['GET /auth/me HTTP/1.1', 'host: a', 'authorization: a\0b'],
      status: 400,
    },
    { what: 'no HTTP at all', lines: ['EHLO example.com'], status: 400 },
    {
      what: 'two lengths',
      lines: ['POST /auth/login HTTP/1.1', 'host: a', 'content-length: 2', 'content-length: 3'],
      status: 400,
    },
    {
      what: 'a length beside chunks',
      lines: ['POST /auth/login HTTP/1.1', 'host: a', 'content-length: 2', 'transfer-encoding: chunked'],
      status: 400,
    },
    {
      what: 'endless headers',
      lines: ['GET /auth/me HTTP/1.1', 'host: a', `x: ${'x'.repeat(20_000)}`],
      status: 431,
    },
  ])('HT-2 $what is refused as a problem', async ({ lines, status }) => {
    expect(expectProblem(await send(lines), status)).toMatchObject({ type: 'about:blank', status });
    expect((await ask('GET', '/health/live', [])).status).toBe(200);
  });

  test.each(['TRACE', 'PROPFIND', 'PURGE', 'OPTIONS'])(
    'HT-2 %s is 405 and says what there is',
    async (method) => {
      const answer = await ask(method, '/auth/login', ['x-mfa-token: 123456']);
      expectProblem(answer, 405);
      expect(answer.head).toContain('allow: post');
      expect(answer.body).not.toContain('123456');
    },
  );
});

test('HT-2 a client that goes in the middle of its body is none of our faults', async () => {
  const [lines] = jsonRequest('POST', '/auth/login', [
    'content-type: application/json',
    'content-length: 99',
  ]);
  const before = world.logs.length;
  await send.half(lines, '{"username":');
  await expect.poll(() => world.logs.length).toBeGreaterThan(before);
  const [line = '{}'] = world.logs.slice(before);
  expect(JSON.parse(line)).toMatchObject({ level: 30, problem: '/problems/invalid-request', msg: 'refused' });
});

test('HT-1 no answer names the host that a request names', async () => {
  const [lines] = jsonRequest('GET', '/nowhere', [
    'x-forwarded-host: evil.example',
    'x-forwarded-proto: http',
  ]);
  const answer = await send(lines.map((line) => line.replace('host: 127.0.0.1', 'host: evil.example')));
  expect(expectProblem(answer, 404).type).toBe('/problems/not-found');
  expect(answer.head + answer.body).not.toContain('evil');
});
