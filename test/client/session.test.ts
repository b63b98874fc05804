import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { watchActivity } from '../../packages/client/src/index.ts';
import { codeOf, wait } from '../support/actor.ts';
import { useWorld } from '../support/use-world.ts';
import { browserFetch, challengeIn, problemAnswer, useHttp } from './client-world.ts';

const world = useWorld();
const { client, url } = useHttp(world);
afterEach(() => void vi.unstubAllGlobals());

const refreshes = '/auth/refresh';
const nearlyOver = 895; // seconds of the 900 that a token of `public` has

describe('a refresh in memory mode', () => {
  test('is made once for ten calls at once', async () => {
    const ann = await world.user();
    const page = client();
    await page.login(ann);
    wait(nearlyOver);
    const answers = await Promise.all(Array.from({ length: 10 }, () => page.me()));
    expect(answers).toHaveLength(10);
    expect(page.count(refreshes)).toBe(1);
    expect(page.sent.every(({ credentials }) => credentials === 'omit')).toBe(true);
  });

  test('follows a 401 once, and after a session that has ended nobody is logged in', async () => {
    const ann = await world.user();
    const page = client();
    await page.login(ann);
    await world.deps.db
      .updateTable('sessions')
      .set({ endedAt: new Date() })
      .where('userId', '=', ann.id)
      .execute();
    wait(10); // the service keeps a session in memory for five seconds
    await expect(page.me()).rejects.toMatchObject({ type: 'invalid-token' });
    expect([page.count('/auth/me'), page.count(refreshes)]).toEqual([1, 1]);
    expect(page.state).toEqual({ status: 'anonymous' });
  });

  test('that the service cannot answer leaves the session as it was', async () => {
    const ann = await world.user();
    let isAway = true;
    const page = client({}, async (address, init) =>
      isAway && String(address).endsWith(refreshes) ? problemAnswer(503, {}) : fetch(address, init),
    );
    await page.login(ann);
    wait(nearlyOver);
    await expect(page.me()).rejects.toMatchObject({ status: 503 });
    expect(page.state).toMatchObject({ status: 'authenticated' });
    isAway = false;
    expect(await page.me()).toMatchObject({ user: { id: ann.id } });
  });

  test('goes on for the others when one caller gives up', async () => {
    const ann = await world.user();
    const page = client();
    await page.login(ann);
    wait(nearlyOver);
    const leaving = new AbortController();
    const left = page.me({ signal: leaving.signal });
    const stays = page.me();
    leaving.abort();
    await expect(left).rejects.toMatchObject({ name: 'AbortError' });
    expect((await stays).user.username).toBe(ann.username);
    expect(page.count(refreshes)).toBe(1);
  });

  test('does not bring a session back that the user has left meanwhile', async () => {
    const ann = await world.user();
    const page = client();
    await page.login(ann);
    wait(nearlyOver);
    const call = page.me().catch(() => {});
    await Promise.all([call, page.logout()]);
    expect(page.state).toEqual({ status: 'anonymous' });
  });
});

describe.each([
  { by: 'Web Locks', locks: true },
  { by: 'BroadcastChannel', locks: false },
])('tabs of one browser, by $by', ({ locks }) => {
  test('share one session: one refresh, and the end is news for both', async () => {
    if (!locks) vi.stubGlobal('navigator', {});
    const ann = await world.user();
    const browser = browserFetch();
    const tab = () => client({ mode: 'cookie' }, browser);
    const [one, other] = [tab(), tab()];
    expect(one.state).toEqual({ status: 'unknown' });
    await one.login(ann);
    await expect.poll(() => other.state.status).toBe('authenticated');
    wait(nearlyOver);
    await Promise.all([one, other, one, other].map((page) => page.me()));
    expect(one.count(refreshes) + other.count(refreshes)).toBe(1);

    const reloaded = tab();
    expect(await reloaded.restore()).toMatchObject({ status: 'authenticated', subject: ann.id });
    await other.logout();
    expect(browser.jar.size).toBe(0);
    await expect.poll(() => one.state.status).toBe('anonymous');
    expect(await tab().restore()).toEqual({ status: 'anonymous' });
  });
});

describe('cookie mode', () => {
  test('never shows the refresh token to a script', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    wait(30);
    const answers: string[] = [];
    const news: unknown[] = [];
    const browser = browserFetch();
    const page = client({ mode: 'cookie' }, async (address, init) => {
      const response = await browser(address, init);
      answers.push(await response.clone().text());
      return response;
    });
    const listener = new BroadcastChannel(`sallyport:${url()}/`);
    listener.onmessage = (event) => news.push((event as MessageEvent).data);
    await page.verify(challengeIn(await page.login(ann)), { code: codeOf(secret) });
    wait(nearlyOver);
    await page.me();
    const [refreshToken = ''] = browser.jar.values();
    expect(refreshToken).not.toBe('');
    await expect.poll(() => news).toHaveLength(2);
    listener.close();
    expect(JSON.stringify([answers, news])).not.toMatch(/"refresh_token"/);
    const seen = inspect([page, page.sent.map(({ body, headers }) => [body, ...headers])], { depth: 9 });
    expect(seen).not.toContain(refreshToken);
    expect(page.sent.every(({ credentials }) => credentials === 'include')).toBe(true);
  });

  test('does not bring a session back that the user leaves while its refresh is under way', async () => {
    const ann = await world.user();
    const page = client({ mode: 'cookie' }, browserFetch());
    await page.login(ann);
    wait(nearlyOver);
    const call = page.me().catch(() => {});
    await expect.poll(() => page.count(refreshes), { interval: 1 }).toBe(1);
    await Promise.all([page.logout(), call]);
    expect(page.state).toEqual({ status: 'anonymous' });
  });

  test('says after a reload that nobody is logged in, where there is no cookie', async () => {
    const page = client({ mode: 'cookie' }, browserFetch());
    expect(await page.restore()).toEqual({ status: 'anonymous' });
    expect(page.count(refreshes)).toBe(1);
    await expect(page.me()).rejects.toMatchObject({ type: 'authentication-required' });
    expect(page.count(refreshes)).toBe(1);
  });
});

describe('Retry-After', () => {
  /** The service, behind somebody who refuses so often first. */
  const behind = (times: number, refusal: () => Response) => {
    let left = times;
    const send: typeof fetch = async (address, init) => {
      left -= 1;
      return left < 0 ? fetch(address, init) : refusal();
    };
    return send;
  };
  const type = '/problems/too-many-attempts';

  test('is waited for where the service did nothing', async () => {
    const rate = () => problemAnswer(429, { type, reason: 'rate', retry_after: 0 });
    const page = client({}, behind(2, rate));
    expect(await page.call('GET /health/live')).toEqual({ status: 'ok' });
    expect(page.sent).toHaveLength(3);
    const date = () => problemAnswer(503, {}, { 'retry-after': new Date().toUTCString() });
    const other = client({}, behind(1, date));
    expect(await other.call('GET /health/live')).toEqual({ status: 'ok' });
    const tooOften = client({}, behind(9, rate));
    await expect(tooOften.call('GET /health/live')).rejects.toMatchObject({ reason: 'rate' });
    expect(tooOften.sent).toHaveLength(3);
  });

  test('is told and not waited for in every other case', async () => {
    for (const [refusal, operation] of [
      [() => problemAnswer(429, { type, reason: 'password', retry_after: 0 }), 'POST /auth/password/forgot'],
      [() => problemAnswer(503, { retry_after: 0 }), 'POST /auth/password/forgot'],
      [() => problemAnswer(503, {}), 'GET /health/live'],
      [() => problemAnswer(429, { type, reason: 'rate' }, { 'retry-after': '900' }), 'GET /health/live'],
    ] as const) {
      const page = client({}, behind(1, refusal));
      const body = { username: 'ann' };
      const call = operation.startsWith('GET')
        ? page.call('GET /health/live')
        : page.call('POST /auth/password/forgot', { body });
      const error = await call.catch((thrown) => thrown);
      expect(error.name).toBe('SallyportProblem');
      expect(page.sent).toHaveLength(1);
    }
  });

  test('ends with the signal', async () => {
    const page = client(
      {},
      behind(1, () => problemAnswer(429, { type, reason: 'rate', retry_after: 9 })),
    );
    const leaving = new AbortController();
    const call = page.call('GET /health/live', { signal: leaving.signal });
    await expect.poll(() => page.sent).toHaveLength(1);
    leaving.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(page.sent).toHaveLength(1);
  });
});

describe('a step-up', () => {
  async function later(answer: (secret: string) => string | undefined) {
    const ann = await world.user();
    const { secret, factorId } = await ann.enrolTotp();
    wait(30);
    const demands: unknown[] = [];
    const page = client({
      onStepUp: async (challenge, demand) => {
        demands.push(demand);
        const code = answer(secret);
        if (code) await page.verify(challenge, { code });
      },
    });
    await page.verify(challengeIn(await page.login(ann)), { code: codeOf(secret) });
    wait(301);
    return { page, demands, factorId };
  }

  test('comes between the refusal and the call that is repeated', async () => {
    const { page, demands, factorId } = await later((secret) => codeOf(secret));
    expect(await page.factors.change(factorId, { label: 'Mine' })).toMatchObject({ label: 'Mine' });
    expect(demands).toEqual([{ acrValues: expect.arrayContaining(['urn:sallyport:acr:2']), maxAge: 300 }]);
    expect([page.count(factorId, 'PATCH'), page.count('/auth/mfa/step-up')]).toEqual([2, 1]);
  });

  test('is asked for once by three calls at once', async () => {
    const { page, demands, factorId } = await later((secret) => codeOf(secret));
    await Promise.all(['A', 'B', 'C'].map((label) => page.factors.change(factorId, { label })));
    expect(demands).toHaveLength(1);
  });

  test('that the user leaves is the refusal, and nothing is repeated', async () => {
    const { page, factorId } = await later(() => undefined);
    await expect(page.factors.change(factorId, { label: 'X' })).rejects.toMatchObject({
      type: 'mfa-token-required',
    });
    expect(page.count(factorId, 'PATCH')).toBe(1);
  });
});

describe('an API of the organisation', () => {
  async function api(
    answer: (request: { url: string; headers: Record<string, unknown> }) => [number, object],
  ) {
    const asked: { url: string; headers: Record<string, unknown> }[] = [];
    const server = createServer((request, response) => {
      const seen = { url: request.url ?? '', headers: request.headers };
      asked.push(seen);
      const [status, headers] = answer(seen);
      response.writeHead(status, headers as Record<string, string>).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { origin, asked, close: () => void server.close() };
  }

  test('gets the token and may ask for a step-up, but only once', async () => {
    const weak = 'MFA, Bearer error="insufficient_user_authentication", acr_values="phr", max_age="60"';
    const own = await api(() => [403, { 'www-authenticate': weak }]);
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    wait(30);
    const demands: unknown[] = [];
    const page = client({
      apis: [own.origin],
      onStepUp: (challenge, demand) => {
        demands.push(demand);
        return page.verify(challenge, { code: codeOf(secret) });
      },
    });
    await page.verify(challengeIn(await page.login(ann)), { code: codeOf(secret) });
    wait(30);
    expect((await page.fetch(`${own.origin}/report`)).status).toBe(403);
    expect(demands).toEqual([{ acrValues: ['phr'], maxAge: 60 }]);
    expect(own.asked).toHaveLength(2);
    const tokens = own.asked.map(({ headers }) => headers.authorization);
    expect(new Set(tokens).size).toBe(2);
    own.close();
  });

  test('that is not named gets nothing, nor does the aim of a redirect', async () => {
    const thief = await api(() => [200, {}]);
    const own = await api(() => [307, { location: `${thief.origin}/` }]);
    const ann = await world.user();
    const page = client({ apis: [own.origin] });
    await page.login(ann);
    await expect((async () => page.fetch(`${thief.origin}/`))()).rejects.toThrow('not among apis');
    await expect(page.fetch(`${own.origin}/`)).rejects.toThrow();
    const lured = client({ baseUrl: own.origin });
    await expect(lured.login(ann)).rejects.toThrow();
    expect(thief.asked).toEqual([]);
    own.close();
    thief.close();
  });
});

test('activity is told at most once a minute, and only of somebody who is logged in', async () => {
  const ann = await world.user();
  const page = client();
  const source = new EventTarget();
  const end = watchActivity(page, source);
  const type = () => source.dispatchEvent(new Event('keydown'));
  type();
  await page.login(ann);
  const told = () => page.count('/auth/sessions/activity');
  for (let key = 0; key < 5; key += 1) type();
  await expect.poll(() => told()).toBe(1);
  wait(61);
  type();
  await expect.poll(() => told()).toBe(2);
  end();
  wait(61);
  type();
  await page.me(); // what the page sent before is counted by now
  expect(told()).toBe(2);
});
