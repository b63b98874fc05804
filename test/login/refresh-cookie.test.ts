import { describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { useWorld } from '../support/use-world.ts';
import type { Answer } from '../support/world.ts';

const world = useWorld();
const name = '__Host-sallyport-refresh';
const client = { 'x-sallyport-client': 'portal' };

function cookieOf({ headers }: Answer): string {
  const [pair = ''] = String(headers['set-cookie'] ?? '').split(';');
  return pair;
}
const refresh = (cookie: string, headers: Record<string, string> = client, body?: Record<string, unknown>) =>
  world.call('POST', '/auth/refresh', body, { headers: { cookie, ...headers } });
const logOut = (cookie: string, how: { bearer?: string; headers?: Record<string, string> } = {}) =>
  world.call('POST', '/auth/logout', undefined, { ...how, headers: { cookie, ...(how.headers ?? client) } });
const me = (bearer: string) => world.call('GET', '/auth/me', undefined, { bearer });

async function loggedIn() {
  const ann = await world.user();
  const answer = await ann.login('public', { refresh_in: 'cookie' });
  return { ann, answer, cookie: cookieOf(answer), bearer: answer.body.access_token as string };
}

describe('a refresh token in a cookie', () => {
  test('is in no body, and in a cookie that no script reads and no other site sends', async () => {
    const { answer } = await loggedIn();
    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty('refresh_token');
    expect(answer.body.refresh_expires_in).toBe(43_200);
    expect(answer.headers['set-cookie']).toMatch(
      new RegExp(`^${name}=[\\w-]{43}; Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Strict$`),
    );
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('comes of a verification and of an enrolment too, and of neither where nobody asks for it', async () => {
    const ann = await world.user();
    const { body } = await ann.login();
    const { secret } = (
      await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer: body.access_token })
    ).body;
    const confirm = { token: codeOf(secret), refresh_in: 'cookie' };
    const confirmed = await world.call('POST', '/auth/mfa/verify-enrollment', confirm, {
      bearer: body.access_token,
    });
    expect(confirmed.body).not.toHaveProperty('refresh_token');
    expect((await refresh(cookieOf(confirmed))).status).toBe(200);
    wait(30);
    const { temp_token } = (await ann.login('public', { refresh_in: 'cookie' })).body;
    const answer = { temp_token, mfa_token: codeOf(secret), refresh_in: 'cookie' };
    const verified = await world.call('POST', '/auth/mfa/verify', answer);
    expect(verified.body).not.toHaveProperty('refresh_token');
    expect((await refresh(cookieOf(verified))).status).toBe(200);
    const other = await (await world.user()).login();
    expect(other.headers).not.toHaveProperty('set-cookie');
  });

  test('is exchanged beside the header, without a body or with an empty one, and the next one is in the cookie', async () => {
    const { cookie } = await loggedIn();
    const second = await refresh(cookie);
    expect(second.status).toBe(200);
    expect(second.body).not.toHaveProperty('refresh_token');
    const third = await refresh(cookieOf(second), client, {});
    expect(third.status).toBe(200);
    expect((await me(third.body.access_token)).status).toBe(200);
    expect(new Set([cookie, cookieOf(second), cookieOf(third)]).size).toBe(3);
  });

  test('is not looked at without the header, and nothing is exchanged', async () => {
    const { cookie } = await loggedIn();
    for (const headers of [{}, { 'x-sallyport-client': '' }])
      expect(await refresh(cookie, headers)).toMatchObject({
        status: 400,
        type: '/problems/invalid-request',
      });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await refresh(cookie, form)).status).toBe(415);
    expect((await refresh(cookie)).status).toBe(200);
  });

  test('is refused beside one in the body, and where it comes twice; neither is exchanged', async () => {
    const { ann, cookie } = await loggedIn();
    const { refresh_token } = (await ann.login()).body;
    const both = await refresh(cookie, client, { refresh_token });
    expect(both).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/refresh_token' }] } });
    expect((await refresh(`${cookie}; ${cookie}x`)).status).toBe(400);
    expect((await refresh(`a=b; ${cookie}; c=d`)).status).toBe(200);
    expect((await world.call('POST', '/auth/refresh', { refresh_token })).status).toBe(200);
  });

  test('opens nothing else, and is no bearer', async () => {
    const { cookie } = await loggedIn();
    const asked = await world.call('GET', '/auth/me', undefined, { headers: { cookie, ...client } });
    expect(asked.status).toBe(401);
  });

  test('that comes again at the wrong time ends its session like any other', async () => {
    const { cookie } = await loggedIn();
    const second = await refresh(cookie);
    wait(10);
    expect((await refresh(cookie)).status).toBe(401);
    expect((await refresh(cookieOf(second))).status).toBe(401);
  });
});

describe('a logout by the cookie', () => {
  const gone = `${name}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict`;

  test('ends its session and takes the cookie away, with an access token or without', async () => {
    for (const withBearer of [true, false]) {
      const { cookie, bearer } = await loggedIn();
      const answer = await logOut(cookie, withBearer ? { bearer } : {});
      expect(answer).toMatchObject({ status: 204, headers: { 'set-cookie': gone } });
      expect((await me(bearer)).status).toBe(401);
      expect((await refresh(cookie)).status).toBe(401);
    }
  });

  test('takes the cookie away though its session is over or nobody knows it', async () => {
    const { cookie, bearer } = await loggedIn();
    await logOut(cookie, { bearer });
    expect(await logOut(cookie, { bearer })).toMatchObject({ status: 204, headers: { 'set-cookie': gone } });
    expect(await logOut(`${name}=stranger`)).toMatchObject({ status: 204, headers: { 'set-cookie': gone } });
  });

  test('needs the header; with an access token alone the cookie stays', async () => {
    const { ann, cookie, bearer } = await loggedIn();
    expect(await logOut(cookie, { headers: {} })).toMatchObject({ status: 400 });
    expect((await me(bearer)).status).toBe(200);
    const other = (await ann.login()).body.access_token;
    const alone = await logOut(cookie, { bearer: other, headers: {} });
    expect(alone.status).toBe(204);
    expect(alone.headers).not.toHaveProperty('set-cookie');
    expect((await me(other)).status).toBe(401);
    expect((await me(bearer)).status).toBe(200);
  });

  test('ends the session of another access token beside it too', async () => {
    const { ann, cookie, bearer } = await loggedIn();
    const other = (await ann.login()).body.access_token;
    expect((await logOut(cookie, { bearer: other })).status).toBe(204);
    expect([(await me(bearer)).status, (await me(other)).status]).toEqual([401, 401]);
  });
});
