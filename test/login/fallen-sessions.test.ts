import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unbindFactors } from '../../src/features/mfa/former-factor-store.ts';
import { codeOf, wait } from '../support/actor.ts';
import { anotherInstance } from '../support/instance.ts';
import { claimsOf, freshPhone } from '../support/second-factor.ts';
import { keyActions } from '../support/security-key.ts';
import { makeService, postForm } from '../support/services.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

const world = useWorld();
let there: Awaited<ReturnType<typeof anotherInstance>>;
beforeAll(async () => {
  there = await anotherInstance(world);
});
afterAll(() => there.close());

const level1 = 'urn:sallyport:acr:1';
const fallen = { acr: level1, amr: ['pwd'], mfa: false };

type Caller = Pick<World, 'call'>;
const me = (bearer: string, to: Caller = world) => to.call('GET', '/auth/me', undefined, { bearer });
const forward = (bearer: string, query = '', to: Caller = world) =>
  to.call('GET', `/auth/forward?area=public${query}`, undefined, { bearer });
const remove = (id: string, bearer: string) =>
  world.call('DELETE', `/auth/mfa/factors/${id}`, undefined, { bearer });
const refresh = (refresh_token: string, to: Caller = world) =>
  to.call('POST', '/auth/refresh', { refresh_token });

/** The notification goes from instance to instance by the database, and takes a moment. */
async function expectStepUpRequired(bearer: string): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    if ((await me(bearer, there)).body.level?.mfa === false) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('The other instance was never notified');
}

/** Each method by which somebody may have logged in; gives the factor, and tokens of a session that it has opened. */
const methods: Readonly<
  Record<string, () => Promise<{ factorId: string; bearer: string; refresh: string }>>
> = {
  'an authenticator app': async () => {
    const ann = await world.user();
    const { secret, factorId } = await ann.enrolTotp();
    const { body } = await ann.loginWithTotp(secret);
    return { factorId, bearer: body.access_token, refresh: body.refresh_token };
  },
  'text messages': async () => {
    const ann = await world.user();
    const { factorId } = await ann.enrolSent('sms', { phone: freshPhone() });
    wait(40);
    const { temp_token } = (await ann.login()).body;
    const { body } = await ann.verify(temp_token, ann.lastCode('sms'));
    return { factorId, bearer: body.access_token, refresh: body.refresh_token };
  },
  'e-mail': async () => {
    const ann = await world.user();
    const { factorId } = await ann.enrolSent('email', { email: `${ann.username}@second.example` });
    wait(40);
    const { temp_token } = (await ann.login()).body;
    const { body } = await ann.verify(temp_token, ann.lastCode('email'));
    return { factorId, bearer: body.access_token, refresh: body.refresh_token };
  },
  'a security key': async () => {
    const ann = keyActions(world, await world.user());
    const { key, factorId } = await ann.enrolKey();
    const { body } = await ann.loginWithKey(key);
    return { factorId, bearer: body.access_token, refresh: body.refresh_token };
  },
};

describe.each(Object.entries(methods))(
  'a session by %s that is the only factor, and is removed,',
  (_what, open) => {
    test('falls to the password, at once and everywhere', async () => {
      const { factorId, bearer, refresh: token } = await open();
      expect((await me(bearer, there)).body.level).toMatchObject({ mfa: true });
      expect((await remove(factorId, bearer)).status).toBe(204);

      expect((await me(bearer)).body.level).toMatchObject({ ...fallen, mfa_time: null });
      await expectStepUpRequired(bearer);
      for (const to of [world, there]) {
        const answer = await forward(bearer, '', to);
        expect(answer.headers).toMatchObject({ 'x-auth-mfa': 'false', 'x-auth-acr': level1 });
        expect((await forward(bearer, '&mfa=required', to)).status).toBe(403);
      }
      const { body } = await refresh(token, there);
      expect(claimsOf(body.access_token)).toMatchObject(fallen);
      expect(claimsOf(body.access_token)).not.toHaveProperty('mfa_time');
      const sessions = (await world.call('GET', '/auth/sessions', undefined, { bearer })).body.sessions;
      expect(sessions).toMatchObject([{ acr: level1, amr: ['pwd'], current: true }]);
    });
  },
);

test('so does one whose two-factor login is switched off, and what a gateway asks for by introspection', async () => {
  const ann = await world.user();
  const { secret } = await ann.enrolTotp();
  const { access_token: bearer, refresh_token } = (await ann.loginWithTotp(secret)).body;
  const { password } = ann;
  const off = await world.call('POST', '/auth/mfa/disable', { password }, { bearer });
  expect(off.status).toBe(200);
  const gateway = await makeService(world, { scopes: ['introspect'] });
  for (const token of [bearer, refresh_token]) {
    const { body } = await postForm(world, '/oauth/introspect', {
      token,
      client_id: gateway.id,
      client_secret: gateway.secret,
    });
    expect(body).toMatchObject({ active: true, ...fallen });
  }
});

test('it falls however the factor goes, even in the database', async () => {
  const { factorId, bearer, refresh: token } = await (methods['an authenticator app']?.() ?? never());
  const { user } = (await me(bearer)).body;
  const gone = { cause: 'removed', by: user.id, at: new Date() } as const;
  await unbindFactors(world.database.db, user.id, { ids: [factorId] }, gone);
  world.deps.sessions.forgetUser(user.id);
  expect((await me(bearer)).body.level).toMatchObject(fallen);
  expect(claimsOf((await refresh(token)).body.access_token)).toMatchObject(fallen);
});

describe('who has another factor', () => {
  async function withTwo() {
    const ann = await world.user();
    const first = await ann.enrolTotp();
    const second = await ann.enrolTotp(first.bearer);
    const { factor_id: usual } = (await ann.login()).body.methods[0];
    const [used, other] = usual === first.factorId ? [first, second] : [second, first];
    const tokens = (await ann.loginWithTotp(used.secret)).body;
    return {
      ...ann,
      used,
      other,
      bearer: String(tokens.access_token),
      refresh: String(tokens.refresh_token),
    };
  }

  test('keeps a session by the one that stays', async () => {
    const ann = await withTwo();
    expect((await remove(ann.other.factorId, ann.bearer)).status).toBe(204);
    expect((await me(ann.bearer)).body.level).toMatchObject({ mfa: true, acr: 'urn:sallyport:acr:2' });
    expect(claimsOf((await refresh(ann.refresh)).body.access_token)).toMatchObject({ mfa: true });
  });

  test('is asked for it where the session was by the one that is gone', async () => {
    const ann = await withTwo();
    expect((await remove(ann.used.factorId, ann.bearer)).status).toBe(204);
    expect((await me(ann.bearer)).body.level).toMatchObject(fallen);
    expect((await forward(ann.bearer)).type).toBe('/problems/mfa-token-required');
    expect((await refresh(ann.refresh)).status).toBe(401);
    wait(30);
    const { temp_token } = (await world.call('POST', '/auth/mfa/step-up', {}, { bearer: ann.bearer })).body;
    const raised = await ann.verify(temp_token, codeOf(ann.other.secret));
    expect(claimsOf(raised.body.access_token)).toMatchObject({ mfa: true, acr: 'urn:sallyport:acr:2' });
    expect((await forward(raised.body.access_token)).status).toBe(200);
  });

  test('changes nothing more by a session that has fallen', async () => {
    const ann = await withTwo();
    await remove(ann.used.factorId, ann.bearer);
    expect((await remove(ann.other.factorId, ann.bearer)).type).toBe('/problems/mfa-token-required');
  });
});

test('a token that says more than its session does is believed no more than that', async () => {
  const ann = keyActions(world, await world.user());
  const { key, factorId } = await ann.enrolKey();
  const strong = String((await ann.loginWithKey(key)).body.access_token);
  await remove(factorId, strong);
  const { bearer } = await ann.enrolTotp(strong); // the same session, by a weaker factor
  expect((await forward(bearer)).headers).toMatchObject({ 'x-auth-acr': 'urn:sallyport:acr:2' });
  expect((await forward(strong)).headers).toMatchObject({ 'x-auth-acr': 'urn:sallyport:acr:2' });
});

test('a session by a recovery code stands for the factors: new codes leave it, the last factor takes it along', async () => {
  const ann = await world.user();
  const { codes, factorId } = await ann.enrolTotp();
  const { temp_token } = (await ann.login()).body;
  const { access_token: bearer, refresh_token } = (await ann.verify(temp_token, codes[0] ?? '')).body;
  const { password } = ann;
  const made = await world.call('POST', '/auth/mfa/recovery-codes/regenerate', { password }, { bearer });
  expect(made.status).toBe(200);
  expect((await me(bearer)).body.level).toMatchObject({ mfa: true });
  await remove(factorId, bearer);
  expect((await me(bearer)).body.level).toMatchObject(fallen);
  expect(claimsOf((await refresh(refresh_token)).body.access_token)).toMatchObject(fallen);
});

test('a session from before the factor was written down is held by any of the same method', async () => {
  const ann = await world.user();
  const { secret, factorId } = await ann.enrolTotp();
  const { access_token: bearer } = (await ann.loginWithTotp(secret)).body;
  await world.database.db
    .updateTable('sessions')
    .set({ factorId: null })
    .where('userId', '=', ann.id)
    .execute();
  expect((await me(bearer)).body.level).toMatchObject({ mfa: true });
  await remove(factorId, bearer);
  expect((await me(bearer)).body.level).toMatchObject(fallen);
});

function never(): never {
  throw new Error('No such method');
}
