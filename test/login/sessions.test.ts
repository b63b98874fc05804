import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { eventTypesOf } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() }));
afterEach(() => void vi.useRealTimers());

const refresh = (token: string) => world.call('POST', '/auth/refresh', { refresh_token: token });
const me = (bearer: string) => world.call('GET', '/auth/me', undefined, { bearer });
const list = (bearer: string) => world.call('GET', '/auth/sessions', undefined, { bearer });
const end = (id: string, bearer: string, mfa?: string) =>
  world.call('DELETE', `/auth/sessions/${id}`, undefined, { bearer, ...(mfa && { mfa }) });
const idOf = async (bearer: string): Promise<string> => (await me(bearer)).body.session.id;

describe('logging out', () => {
  test('SE-6: ends access and refresh at once, of this session alone', async () => {
    const ann = await world.user();
    const here = (await ann.login()).body;
    const there = (await ann.login()).body;
    expect((await me(here.access_token)).status).toBe(200);
    const done = await world.call('POST', '/auth/logout', undefined, { bearer: here.access_token });
    expect(done).toMatchObject({ status: 204, body: null });
    expect(await me(here.access_token)).toMatchObject({ status: 401, type: '/problems/invalid-token' });
    expect(await refresh(here.refresh_token)).toMatchObject({ status: 401, type: '/problems/invalid-token' });
    const again = await world.call('POST', '/auth/logout', undefined, { bearer: here.access_token });
    expect(again.status).toBe(401);
    expect((await me(there.access_token)).status).toBe(200);
    expect((await refresh(there.refresh_token)).status).toBe(200);
    expect(await eventTypesOf(world, ann.id)).toContain('session_ended');
  });

  test('SE-6: ends every access token of the session, and a step-up that was begun in it', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const first = (await ann.loginWithTotp(secret)).body;
    const second = (await refresh(first.refresh_token)).body;
    const stepUp = await world.call('POST', '/auth/mfa/step-up', {}, { bearer: second.access_token });
    await world.call('POST', '/auth/logout', undefined, { bearer: second.access_token });
    expect((await me(first.access_token)).status).toBe(401);
    wait(30);
    expect(await ann.verify(stepUp.body.temp_token, codeOf(secret))).toMatchObject({
      status: 401,
      type: '/problems/challenge-invalid',
    });
  });
});

describe('own sessions', () => {
  test('SE-8: are listed with what distinguishes them, and no others', async () => {
    const ann = await world.user({ roles: ['user', 'vendor'] });
    await (await world.user()).login();
    const first = (await ann.login('public', {}, { ip: '192.0.2.17', headers: { 'user-agent': 'Firefox' } }))
      .body;
    wait(10);
    const second = (await ann.login('vendor', {}, { ip: '192.0.2.18', headers: { 'user-agent': 'curl' } }))
      .body;
    const { body } = await list(first.access_token);
    expect(body.sessions).toEqual([
      expect.objectContaining({ area: 'vendor', ip: '192.0.2.18', user_agent: 'curl', current: false }),
      expect.objectContaining({ area: 'public', ip: '192.0.2.17', user_agent: 'Firefox', current: true }),
    ]);
    expect(body.sessions[1]).toEqual({
      id: await idOf(first.access_token),
      area: 'public',
      acr: 'urn:sallyport:acr:1',
      amr: ['pwd'],
      created_at: new Date(Date.now() - 10_000).toISOString(),
      last_active_at: new Date(Date.now() - 10_000).toISOString(),
      expires_at: new Date(Date.now() + (12 * 3600 - 10) * 1000).toISOString(),
      ip: '192.0.2.17',
      user_agent: 'Firefox',
      current: true,
    });
    expect((await list(second.access_token)).body.sessions).toHaveLength(2);
  });

  test('SE-8: that ended or idled are not listed', async () => {
    const ann = await world.user({ roles: ['user', 'vendor'] });
    await ann.login();
    const ended = (await ann.login()).body.access_token;
    await world.call('POST', '/auth/logout', undefined, { bearer: ended });
    wait(3600);
    await ann.login('vendor');
    const current = (await ann.login()).body.access_token;
    const areas = (await list(current)).body.sessions.map((one: { area: string }) => one.area);
    expect(areas.sort()).toEqual(['public', 'vendor']);
    wait(1800 - 901);
    const { body } = await list((await ann.login()).body.access_token);
    expect(body.sessions).toHaveLength(3);
  });

  test('SE-8: are ended one by one', async () => {
    const ann = await world.user();
    const here = (await ann.login()).body;
    const there = (await ann.login()).body;
    const id = await idOf(there.access_token);
    expect((await end(id, here.access_token)).status).toBe(204);
    expect((await me(there.access_token)).status).toBe(401);
    expect((await refresh(there.refresh_token)).status).toBe(401);
    expect((await list(here.access_token)).body.sessions).toHaveLength(1);
    expect(await end(id, here.access_token)).toMatchObject({ status: 404, type: '/problems/not-found' });
  });

  test("SE-8: do not include anybody else's, however the id is known", async () => {
    const ann = await world.user();
    const bob = await world.user();
    const anns = (await ann.login()).body.access_token;
    const bobs = (await bob.login()).body.access_token;
    const foreign = await end(await idOf(bobs), anns);
    const unknown = await end(randomUUID(), anns);
    expect(foreign).toMatchObject({ status: 404, type: '/problems/not-found' });
    expect({ ...foreign.body, instance: null }).toEqual({ ...unknown.body, instance: null });
    expect((await me(bobs)).status).toBe(200);
    expect((await end('not-a-uuid', anns)).status).toBe(400);
  });

  test('SE-8, SE-12: are ended only with a fresh factor by a user who has one; the refusal says how', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const there = (await ann.loginWithTotp(secret)).body.access_token;
    wait(60);
    const here = (await ann.loginWithTotp(secret)).body.access_token;
    const id = await idOf(there);
    wait(301);
    const refused = await end(id, here);
    expect(refused).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-required',
      body: { max_age: 300 },
    });
    expect(refused.headers['www-authenticate']).toEqual([
      'MFA',
      expect.stringMatching(
        /^Bearer error="insufficient_user_authentication", acr_values="[^"]*urn:sallyport:acr:2 phr", max_age="300"$/,
      ),
    ]);
    expect((await me(there)).status).toBe(200);
    expect((await end(id, here, codeOf(secret))).status).toBe(204);
    expect((await me(there)).status).toBe(401);
  });

  test('SE-12: are ended without another code while the factor of the session is fresh', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const there = await idOf((await ann.loginWithTotp(secret)).body.access_token);
    wait(30);
    const here = (await ann.loginWithTotp(secret)).body.access_token;
    wait(299);
    expect((await end(there, here)).status).toBe(204);
  });

  test('SE-12: a factor is not removed at 5:01, and how it could be is said', async () => {
    const ann = await world.user();
    const { factorId, bearer, secret } = await ann.enrolTotp();
    const remove = (token: string) =>
      world.call('DELETE', `/auth/mfa/factors/${factorId}`, undefined, { bearer: token });
    wait(301);
    const refused = await remove(bearer);
    expect(refused).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-required',
      body: { max_age: 300 },
    });
    const stepUp = await world.call('POST', '/auth/mfa/step-up', {}, { bearer });
    const raised = (await ann.verify(stepUp.body.temp_token, codeOf(secret))).body.access_token;
    expect((await remove(raised)).status).toBe(204);
  });

  test('SE-8: end where a factor is added or removed, but for the one that did it', async () => {
    const ann = await world.user();
    const before = (await ann.login()).body;
    const { factorId, bearer, secret } = await ann.enrolTotp();
    expect((await me(before.access_token)).status).toBe(401);
    expect((await refresh(before.refresh_token)).status).toBe(401);
    const other = (await ann.loginWithTotp(secret)).body;
    expect((await me(other.access_token)).status).toBe(200);
    const removed = await world.call('DELETE', `/auth/mfa/factors/${factorId}`, undefined, { bearer });
    expect(removed.status).toBe(204);
    expect((await me(bearer)).status).toBe(200);
    expect((await me(other.access_token)).status).toBe(401);
    expect((await refresh(other.refresh_token)).status).toBe(401);
  });
});

test('SE-9: a login gives a session of its own, and an earlier token cannot become it', async () => {
  const ann = await world.user();
  const first = (await ann.login()).body;
  const second = (await ann.login()).body;
  expect(await idOf(first.access_token)).not.toBe(await idOf(second.access_token));
  expect(first.refresh_token).not.toBe(second.refresh_token);
});
