import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { apiRoutes, openRoutes } from '../support/api-routes.ts';
import { useWorld } from '../support/use-world.ts';
import { goodPassword, type World } from '../support/world.ts';

const world = useWorld();
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() }));
afterEach(() => void vi.useRealTimers());

/** Somebody with an authenticator app, past the password and waiting. */
async function waiting(roles?: Parameters<World['user']>[0]) {
  const ann = await world.user(roles);
  const { secret, codes } = await ann.enrolTotp();
  const challenge = (await ann.login()).body;
  return { ann, secret, codes, challenge, temp: challenge.temp_token as string };
}

/** What an administrator's unlock does to the count of wrong codes. */
async function unlock(userId: string) {
  const windowEndsAt = new Date();
  await world.deps.db
    .updateTable('throttles')
    .set({ paid: 0, failed: 0, inARow: 0, lockedUntil: null, windowEndsAt })
    .where('userId', '=', userId)
    .execute();
}

describe('a temp token', () => {
  test('LG-1, attack 1: opens no route but those of the challenge', async () => {
    const { temp } = await waiting();
    const guarded = (await apiRoutes(world)).filter(({ name }) => !openRoutes.includes(name));
    expect(guarded.length).toBeGreaterThan(10);
    for (const { method, url, name } of guarded) {
      const { status, type } = await world.call(method, url, undefined, { bearer: temp });
      expect({ name, status, type }).toEqual({ name, status: 401, type: '/problems/invalid-token' });
    }
  });

  test('LG-1: leads to no step whose step before was left out', async () => {
    const made = 'A'.repeat(43);
    const ann = await world.user();
    expect(await ann.verify(made, '123456')).toMatchObject({
      status: 401,
      type: '/problems/challenge-invalid',
    });
    expect(await world.call('POST', '/auth/mfa/challenge', { temp_token: made })).toMatchObject({
      status: 401,
      type: '/problems/challenge-invalid',
    });
    const bearer = (await ann.login()).body.access_token;
    expect(
      await world.call('POST', '/auth/mfa/verify-enrollment', { token: '123456' }, { bearer }),
    ).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
    const stepUp = await world.call('POST', '/auth/mfa/step-up', {}, { bearer });
    expect(stepUp).toMatchObject({ status: 403, type: '/problems/mfa-enrollment-required' });
    expect(stepUp.body).not.toHaveProperty('enrollment_token');
  });

  test('LG-3: is 256 random bits, and only its hash is kept; as is a refresh token', async () => {
    const { ann, secret, temp } = await waiting();
    const temps = [temp];
    for (let i = 0; i < 5; i += 1) temps.push((await ann.login()).body.temp_token);
    const { refresh_token: refresh } = (await ann.verify(temp, codeOf(secret))).body;
    expect(new Set(temps).size).toBe(6);
    for (const token of [...temps, refresh]) expect(token).toMatch(/^[\w-]{43}$/);

    const { db } = world.deps;
    const logins = await db.selectFrom('logins').selectAll().where('userId', '=', ann.id).execute();
    const refreshes = await db.selectFrom('refreshTokens').selectAll().execute();
    const hashes = [...logins, ...refreshes].map(({ tokenHash }) => tokenHash);
    for (const token of [...temps, refresh]) {
      expect(JSON.stringify([logins, refreshes])).not.toContain(token);
      expect(hashes).toContain(createHash('sha256').update(token).digest('base64url'));
    }
  });

  test('LG-3: is dead after its one success', async () => {
    const { ann, secret, temp, codes } = await waiting();
    expect((await ann.verify(temp, codeOf(secret))).status).toBe(200);
    wait(60);
    for (const answer of [codeOf(secret), codes[0] ?? '', wrongCodeOf(secret)]) {
      expect(await ann.verify(temp, answer)).toMatchObject({
        status: 401,
        type: '/problems/challenge-invalid',
      });
    }
    const again = await world.call('POST', '/auth/mfa/challenge', { temp_token: temp });
    expect(again).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
  });

  test('LG-3, attack 5: lives five minutes, however right the code', async () => {
    const early = await waiting();
    expect(early.challenge.expires_in).toBe(300);
    wait(299);
    expect((await early.ann.verify(early.temp, codeOf(early.secret))).status).toBe(200);

    const late = await waiting();
    wait(301);
    for (const answer of [codeOf(late.secret), late.codes[0] ?? '']) {
      expect(await late.ann.verify(late.temp, answer)).toMatchObject({
        status: 401,
        type: '/problems/challenge-invalid',
      });
    }
    expect((await world.call('POST', '/auth/mfa/challenge', { temp_token: late.temp })).status).toBe(401);
  });

  test('LG-3, attack 5: lives no longer for another challenge that was opened by it', async () => {
    const { ann, secret, temp } = await waiting();
    wait(290);
    expect((await world.call('POST', '/auth/mfa/challenge', { temp_token: temp })).status).toBe(200);
    wait(11);
    expect((await ann.verify(temp, codeOf(secret))).status).toBe(401);
  });

  test('LG-3, attack 4: dies with the third wrong code, even where the count is cleared afterwards', async () => {
    const { ann, secret, codes, temp } = await waiting();
    for (const left of [2, 1, 0]) {
      expect(await ann.verify(temp, wrongCodeOf(secret))).toMatchObject({
        status: 403,
        type: '/problems/mfa-token-invalid',
        body: { detail: 'Invalid MFA token', attempts_remaining: left },
      });
    }
    const blocked = await ann.verify(temp, codeOf(secret));
    expect(blocked).toMatchObject({ status: 429, type: '/problems/too-many-attempts' });
    expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(0);

    await unlock(ann.id);
    for (const answer of [codeOf(secret), codes[0] ?? '']) {
      expect(await ann.verify(temp, answer)).toMatchObject({
        status: 401,
        type: '/problems/challenge-invalid',
      });
    }
    expect((await world.call('POST', '/auth/mfa/challenge', { temp_token: temp })).status).toBe(401);
    expect((await ann.loginWithTotp(secret)).status).toBe(200);
  });

  test('attack 6: does not come back when a lock has ended', async () => {
    const { ann, secret, temp } = await waiting();
    for (let i = 0; i < 3; i += 1) await ann.verify(temp, wrongCodeOf(secret));
    wait(15 * 60 + 1);
    expect(await ann.verify(temp, codeOf(secret))).toMatchObject({
      status: 401,
      type: '/problems/challenge-invalid',
    });
    expect((await ann.loginWithTotp(secret)).status).toBe(200);
  });

  test('attack 4: one that another login of the same user left behind keeps working, within the same count', async () => {
    const { ann, secret, temp } = await waiting();
    const second = (await ann.login()).body.temp_token;
    expect((await ann.verify(temp, wrongCodeOf(secret))).body.attempts_remaining).toBe(2);
    expect((await ann.verify(second, wrongCodeOf(secret))).body.attempts_remaining).toBe(1);
    expect((await ann.verify(temp, wrongCodeOf(secret))).body.attempts_remaining).toBe(0);
    expect((await ann.verify(second, codeOf(secret))).status).toBe(429);
  });
});

describe('a challenge', () => {
  test('LG-4: takes no code that was sent for another login', async () => {
    const ann = await world.user();
    await ann.enrolSent('sms', { phone: '+15095550143' });
    wait(60);
    const first = { temp: (await ann.login()).body.temp_token, code: ann.lastCode('sms') };
    wait(31);
    const second = { temp: (await ann.login()).body.temp_token, code: ann.lastCode('sms') };
    expect(await ann.verify(second.temp, first.code)).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-invalid',
    });
    expect((await ann.verify(first.temp, second.code)).status).toBe(403);
    expect((await ann.verify(second.temp, second.code)).status).toBe(200);
    expect((await ann.verify(first.temp, first.code)).status).toBe(200);
  });

  test("LG-4: takes no code of somebody else's", async () => {
    const one = await waiting();
    const other = await waiting();
    const crossed = await one.ann.verify(one.temp, codeOf(other.secret));
    expect(crossed).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
    const recovery = await one.ann.verify(one.temp, other.codes[0] ?? '');
    expect(recovery).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
    expect((await other.ann.verify(other.temp, codeOf(other.secret))).status).toBe(200);
  });

  test("attack 36: is not opened for somebody else's factor, and the answer reveals nothing of it", async () => {
    const owner = await waiting();
    const factorId = owner.challenge.methods[0].factor_id;
    const { temp } = await waiting();
    const ask = (id: string) =>
      world.call('POST', '/auth/mfa/challenge', { temp_token: temp, factor_id: id });
    const foreign = await ask(factorId);
    const unknown = await ask('00000000-0000-4000-8000-000000000000');
    expect(foreign).toMatchObject({ status: 404, type: '/problems/not-found' });
    expect({ ...foreign.body, instance: null }).toEqual({ ...unknown.body, instance: null });
  });

  test('attack 2: says nothing about the user but what was asked for, and nothing in it opens anything', async () => {
    const ann = await world.user({ roles: ['user', 'vendor'] });
    const phone = '+15095550144';
    const { secret } = await ann.enrolTotp();
    const bearer = (await ann.loginWithTotp(secret)).body.access_token;
    await ann.enrolSent('sms', { phone }, bearer);
    const answer = await ann.login();
    expect(Object.keys(answer.body).sort()).toEqual(
      [
        ...['challenge', 'expires_in', 'message', 'methods', 'mfa_method', 'mfa_required', 'temp_token'],
        'trust_device_seconds',
      ].sort(),
    );
    expect(answer.headers).not.toHaveProperty('set-cookie');
    for (const method of answer.body.methods) {
      expect(['factor_id', 'hint', 'label', 'method', 'restricted']).toEqual(
        expect.arrayContaining(Object.keys(method)),
      );
    }
    const text = JSON.stringify(answer.body);
    for (const secretThing of [
      ann.username,
      ann.email ?? '',
      ann.id,
      phone,
      secret,
      goodPassword,
      'vendor',
    ]) {
      expect(text).not.toContain(secretThing);
    }

    const strings = [...text.matchAll(/"([^"]{8,})"/g)].map((match) => match[1] ?? '');
    expect(strings).toContain(answer.body.temp_token);
    for (const value of strings) {
      const asBearer = await world.call('GET', '/auth/me', undefined, {
        headers: { authorization: `Bearer ${value}` },
      });
      expect(asBearer.status).toBe(401);
      expect((await world.call('POST', '/auth/refresh', { refresh_token: value })).status).toBe(401);
    }
  });
});

describe('an older token beside a challenge', () => {
  test('attack 3: stays with its session: a login ends no other, because people have several devices', async () => {
    const { ann, secret } = await waiting();
    const before = (await ann.loginWithTotp(secret)).body.access_token;
    await ann.login();
    expect((await world.call('GET', '/auth/me', undefined, { bearer: before })).status).toBe(200);
  });

  test('attack 3: from before the enrolment opens nothing that asks for the second step', async () => {
    const vic = await world.user({ roles: ['vendor'] });
    const before = (await vic.login('vendor')).body.access_token;
    const data = (bearer: string) => world.call('GET', '/api/sensitive-data', undefined, { bearer });
    expect((await data(before)).status).toBe(200);
    const { bearer: after } = await vic.enrolTotp(before);
    expect(await data(before)).toMatchObject({ status: 403, type: '/problems/mfa-token-required' });
    expect((await data(after)).status).toBe(200);
  });
});
