import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { exchangeFirst } from '../../src/features/sessions/refresh-store.ts';
import { hashOf } from '../../src/lib/crypto/secret-token.ts';
import { codeOf, wait } from '../support/actor.ts';
import { eventTypesOf } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const world = useWorld();
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() }));
afterEach(() => void vi.useRealTimers());

const refresh = (token: string) => world.call('POST', '/auth/refresh', { refresh_token: token });
const me = (bearer: string) => world.call('GET', '/auth/me', undefined, { bearer });

describe('a refresh token', () => {
  test('SE-10: is exchanged for another, which works in its place', async () => {
    const ann = await world.user();
    const first = (await ann.login()).body;
    const second = await refresh(first.refresh_token);
    expect(second.status).toBe(200);
    expect(Object.keys(second.body).sort()).toEqual(Object.keys(first).sort());
    expect(second.body).toMatchObject({
      token_type: 'bearer',
      mfa_required: false,
      area: 'public',
      expires_in: 900,
    });
    expect(second.body.refresh_token).not.toBe(first.refresh_token);
    expect((await me(second.body.access_token)).status).toBe(200);
    expect((await refresh(second.body.refresh_token)).status).toBe(200);
    expect(await eventTypesOf(world, ann.id)).toContain('session_refreshed');
  });

  test('SE-10: that comes twice ends its family, and that is audited', async () => {
    const ann = await world.user();
    const first = (await ann.login()).body;
    const elsewhere = (await ann.login()).body;
    const second = (await refresh(first.refresh_token)).body;
    const third = (await refresh(second.refresh_token)).body;

    expect(await refresh(first.refresh_token)).toMatchObject({
      status: 401,
      type: '/problems/invalid-token',
    });
    expect((await refresh(third.refresh_token)).status).toBe(401);
    for (const { access_token: access } of [first, second, third])
      expect((await me(access)).status).toBe(401);
    expect(await eventTypesOf(world, ann.id)).toContain('authn_token_reuse');

    expect((await me(elsewhere.access_token)).status).toBe(200);
    expect((await refresh(elsewhere.refresh_token)).status).toBe(200);
  });

  test('SE-10, attack 21: has one child at most that goes on where twenty exchange it at once', async () => {
    for (let round = 0; round < 3; round += 1) {
      const ann = await world.user();
      const first = (await ann.login()).body;
      const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(first.refresh_token)));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      const used = await Promise.all(answers.map(({ body }) => refresh(body.refresh_token)));
      expect(used.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
      expect((await me(first.access_token)).status).toBe(401);
      for (const { body } of [...answers, ...used.filter(({ status }) => status === 200)])
        expect((await refresh(body.refresh_token)).status).toBe(401);
    }
  });

  test('SE-10, attack 21: is exchanged by one of two that read it at the same moment', async () => {
    const { db } = world.deps;
    const ann = await world.user();
    const { refresh_token: token, access_token } = (await ann.login()).body;
    const sessionId = (await me(access_token)).body.session.id;
    const event = { type: 'session_refreshed', outcome: 'success', userId: ann.id } as const;
    const by = (name: string) => {
      const next = `${hashOf(name)}${ann.id}`;
      const exchange = {
        shown: hashOf(token),
        next,
        graceSeconds: 0,
        basis: { userId: ann.id, securityVersion: 0, sessionId },
        event,
      };
      return exchangeFirst(db, consoleContext(), exchange);
    };
    expect(await by('one')).toBe(true);
    expect(await by('other')).toBe(false);
    const children = await db
      .selectFrom('refreshTokens')
      .select('tokenHash')
      .where('tokenHash', 'like', `%${ann.id}`)
      .execute();
    expect(children).toHaveLength(1);
  });

  test('SE-10: that nobody knows is refused, as is anything else', async () => {
    for (const token of ['A'.repeat(43), 'x', '%', "' or 1=1 --"]) {
      expect(await refresh(token)).toMatchObject({ status: 401, type: '/problems/invalid-token' });
    }
    expect((await world.call('POST', '/auth/refresh', {})).status).toBe(400);
  });

  test('SE-11: raises no level and renews no time of proof', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const first = (await ann.loginWithTotp(secret)).body;
    wait(600);
    const second = (await refresh(first.refresh_token)).body;
    const before = decodeJwt(first.access_token);
    const after = decodeJwt(second.access_token);
    for (const claim of [
      'sub',
      'aud',
      'sid',
      'acr',
      'amr',
      'auth_time',
      'mfa',
      'mfa_time',
      'scope',
      'roles',
    ]) {
      expect({ [claim]: after[claim] }).toEqual({ [claim]: before[claim] });
    }
    expect(after.mfa_time).toBeLessThan(Number(after.iat) - 590);
    expect(second.refresh_expires_in).toBe(first.refresh_expires_in - 600);
  });

  test('SE-11: of a session by password alone stays at its level', async () => {
    const ann = await world.user();
    const first = (await ann.login()).body;
    const second = (await refresh(first.refresh_token)).body;
    expect(decodeJwt(second.access_token)).toMatchObject({
      acr: 'urn:sallyport:acr:1',
      amr: ['pwd'],
      mfa: false,
    });
  });

  test('attack 21: from before the second factor is dead after it', async () => {
    const ann = await world.user();
    const before = (await ann.login()).body;
    const enrolled = await ann.enrolTotp(before.access_token);
    expect((await refresh(before.refresh_token)).status).toBe(401);
    expect((await me(enrolled.bearer)).status).toBe(200);
    expect((await refresh(enrolled.refresh)).status).toBe(200);
  });

  test('SE-9, attack 21: from before a step-up is dead after it, as is the access token', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const before = (await ann.loginWithTotp(secret)).body;
    wait(30);
    const stepUp = await world.call('POST', '/auth/mfa/step-up', {}, { bearer: before.access_token });
    expect((await me(before.access_token)).status).toBe(200);
    const after = (await ann.verify(stepUp.body.temp_token, codeOf(secret))).body;
    expect(decodeJwt(after.access_token).sid).toBe(decodeJwt(before.access_token).sid);
    expect((await me(before.access_token)).status).toBe(401);
    expect((await me(after.access_token)).status).toBe(200);
    expect((await refresh(before.refresh_token)).status).toBe(401);
    expect((await me(after.access_token)).status).toBe(200);
    const next = await refresh(after.refresh_token);
    expect((await me(next.body.access_token)).status).toBe(200);
  });

  test('SE-9: of a step-up is taken at once by an instance that was not notified of it, and the old one no more', async () => {
    const { db, sessions, tokens } = world.deps;
    const ann = await world.user();
    const old = (await ann.login()).body.access_token;
    const { body } = await me(old);
    const { id } = body.session;
    await db.updateTable('sessions').set({ generation: 1 }).where('id', '=', id).execute();
    const now = new Date();
    const remembered = await sessions.find(id, now);
    if (!remembered) throw new Error('A session that was just used');
    expect(remembered.tokenGeneration).toBe(0);
    const raised = { ...remembered, roles: ['user'], tokenGeneration: 1, graceUntil: null };
    expect((await me(tokens.issueAccess(raised, now).token)).status).toBe(200);
    expect((await me(old)).status).toBe(401);
  });
});
