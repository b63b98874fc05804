import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inviteUser } from '../../src/features/user-admin/invite-user.ts';
import { unlockUser } from '../../src/features/user-admin/unlock-user.ts';
import {
  endingChanges,
  factorGone,
  otherChanges,
  otherChangesOfFactors,
} from '../support/account-changes.ts';
import { codeOf, wait } from '../support/actor.ts';
import { createGate, gateTotp } from '../support/gates.ts';
import { anotherInstance } from '../support/instance.ts';
import { claimsOf, eventTypesOf } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { type Answer, consoleContext } from '../support/world.ts';

// What somebody has shown is found right, and waits before anything is written of it; meanwhile they are changed at another
// instance.
const gate = createGate();
const world = useWorld();
let there: Awaited<ReturnType<typeof anotherInstance>>;
beforeAll(async () => {
  there = await anotherInstance(world);
  gateTotp(world, gate);
});
afterAll(() => there.close());

const challengeInvalid = { status: 401, type: '/problems/challenge-invalid' };
const invalidToken = { status: 401, type: '/problems/invalid-token' };

const post = (url: string, body: Record<string, unknown>, bearer?: string, mfa?: string) =>
  world.call('POST', url, body, {
    ...(bearer !== undefined && { bearer }),
    ...(mfa !== undefined && { mfa }),
  });

/** Somebody with an authenticator app and two sessions: `bearer` is where changes are made, `own` what is under way. */
async function enrolled(area = 'public') {
  const ann = await world.user({ roles: [area === 'vendor' ? 'vendor' : 'user'] });
  const { secret, factorId } = await ann.enrolTotp();
  const code = () => {
    wait(30);
    return codeOf(secret);
  };
  const logIn = async () => {
    const { temp_token } = (await ann.login()).body;
    return (await ann.verify(temp_token, code())).body;
  };
  const own = area === 'vendor' ? (await ann.login(area)).body : await logIn();
  const changing = await logIn();
  return {
    ...ann,
    secret,
    factorId,
    bearer: String(changing.access_token),
    bearerRefresh: changing.refresh_token,
    own: String(own.access_token),
    refresh: own.refresh_token,
    code,
  };
}

/** Refreshes, and has something done between what the refresh reads and what it writes. */
async function refreshedDuring(refresh_token: string, work: () => Promise<unknown>): Promise<Answer> {
  const { db } = world.deps;
  const seen = createGate();
  const waiting = db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      await seen.pass(); // what the first statement has read
      return result;
    },
  });
  Object.assign(world.app.deps, { db: waiting });
  return seen
    .during(() => post('/auth/refresh', { refresh_token }), work)
    .finally(() => Object.assign(world.app.deps, { db }));
}

/** What of a user's could go on, in one text: sessions as they are, temp tokens, devices, factors, refresh tokens. */
async function alive(userId: string): Promise<string> {
  const { rows } = await sql<{ all: string }>`
    select json_build_object(
      'sessions', (select json_agg(json_build_array(id, acr, generation) order by id) from sessions
        where user_id = ${userId} and ended_at is null),
      'logins', (select json_agg(json_build_array(id, challenge_id) order by id) from logins
        where user_id = ${userId} and status = 'open'),
      'devices', (select count(*) from trusted_devices where user_id = ${userId}),
      'factors', (select json_agg(json_build_array(id, confirmed_at is not null) order by id) from factors
        where user_id = ${userId}),
      'tokens', (select count(*) from refresh_tokens r join sessions s on s.id = r.session_id
        where s.user_id = ${userId} and s.ended_at is null and r.used_at is null)
    )::text as all`.execute(world.database.db);
  return rows[0]?.all ?? '';
}

/** The change alone is left: of what was under way nothing lives. */
async function expectNothing(
  user: { readonly id: string },
  request: () => Promise<Answer>,
  change: () => Promise<unknown>,
): Promise<Answer> {
  let left = '';
  const answer = await gate.during(request, async () => {
    await change();
    left = await alive(user.id);
  });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(await alive(user.id)).toBe(left);
  expect(await eventTypesOf(world, user.id)).not.toContain('otp_replayed');
  return answer;
}

const ofEnrolled = { ...endingChanges, ...factorGone };
type Someone = Awaited<ReturnType<typeof enrolled>>;

describe.each(Object.entries(ofEnrolled))('where %s while something is under way,', (_what, change) => {
  const overtaken = (ann: Someone, request: () => Promise<Answer>) =>
    expectNothing(ann, request, () => change(there, world, ann));

  test('a code opens no session, and makes no device a trusted one', async () => {
    for (const more of [{}, { remember_device: true }]) {
      const ann = await enrolled();
      const { temp_token } = (await ann.login()).body;
      const body = { temp_token, mfa_token: ann.code(), ...more };
      expect(await overtaken(ann, () => post('/auth/mfa/verify', body))).toMatchObject(challengeInvalid);
    }
  });

  test('nor does it raise one', async () => {
    const ann = await enrolled();
    const { temp_token } = (await post('/auth/mfa/step-up', {}, ann.own)).body;
    const body = { temp_token, mfa_token: ann.code() };
    expect(await overtaken(ann, () => post('/auth/mfa/verify', body))).toMatchObject(challengeInvalid);
  });

  test('no step-up is begun, and no other challenge opened', async () => {
    const ann = await enrolled();
    expect(await overtaken(ann, () => post('/auth/mfa/step-up', {}, ann.own))).toMatchObject(invalidToken);
    const bob = await enrolled();
    const { temp_token } = (await bob.login()).body;
    const again = () => post('/auth/mfa/challenge', { temp_token });
    expect(await overtaken(bob, again)).toMatchObject(challengeInvalid);
  });

  test('a code is exchanged for no proof, and opens no guarded route', async () => {
    const ann = await enrolled();
    const proof = { mfa_token: ann.code() };
    expect(await overtaken(ann, () => post('/auth/mfa/proof', proof, ann.own))).toMatchObject(invalidToken);
    const vera = await enrolled('vendor');
    const mfa = vera.code();
    const guarded = () => world.call('GET', '/api/sensitive-data', undefined, { bearer: vera.own, mfa });
    expect(await overtaken(vera, guarded)).toMatchObject(invalidToken);
  });

  test('no factor is begun, and none confirmed', async () => {
    const ann = await enrolled();
    const begin = () => post('/auth/mfa/enroll', { method: 'totp' }, ann.own);
    await overtaken(ann, begin);
    const bob = await enrolled();
    const { secret } = (await post('/auth/mfa/enroll', { method: 'totp' }, bob.own)).body;
    const confirm = () => post('/auth/mfa/verify-enrollment', { token: codeOf(secret) }, bob.own);
    expect(await overtaken(bob, confirm)).toMatchObject(invalidToken);
  });

  test('a code changes nothing by a session that is over', async () => {
    const ways: readonly ((ann: Someone) => Promise<Answer>)[] = [
      ({ own, code, factorId }) =>
        world.call('DELETE', `/auth/mfa/factors/${factorId}`, undefined, { bearer: own, mfa: code() }),
      ({ own, code, password }) => post('/auth/mfa/disable', { password, mfa_token: code() }, own),
      ({ own, code, password }) =>
        post('/auth/mfa/recovery-codes/regenerate', { password, mfa_token: code() }, own),
      ({ own, code, password }) => {
        const body = { current_password: password, new_password: 'eight dry parasols', mfa_token: code() };
        return post('/auth/password', body, own);
      },
    ];
    for (const way of ways) {
      const ann = await enrolled('vendor');
      const answer = await overtaken(ann, () => way(ann));
      expect([401, 409]).toContain(answer.status);
    }
  });

  test('no refresh token is exchanged', async () => {
    const ann = await enrolled();
    let left = '';
    const answer = await refreshedDuring(ann.refresh, async () => {
      await change(there, world, ann);
      left = await alive(ann.id);
    });
    expect(answer).toMatchObject(invalidToken);
    expect(await alive(ann.id)).toBe(left);
  });
});

describe.each(Object.entries({ ...endingChanges, ...otherChanges }))(
  'where %s, an enrolment token',
  (_what, change) => {
    async function enrolling() {
      const root = await world.user({ roles: ['admin'] });
      const bearer = String((await root.login()).body.access_token);
      const token = String((await root.login('admin')).body.enrollment_token);
      return { ...root, bearer, token };
    }
    const begin = (token: string) => post('/auth/mfa/enroll', { method: 'totp' }, token);

    test('is over', async () => {
      const root = await enrolling();
      const { secret } = (await begin(root.token)).body;
      await change(there, world, root);
      expect(await begin(root.token)).toMatchObject(invalidToken);
      const confirmed = await post('/auth/mfa/verify-enrollment', { token: codeOf(secret) }, root.token);
      expect(confirmed).toMatchObject(invalidToken);
    });

    test('begins nothing and confirms nothing that was under way', async () => {
      const root = await enrolling();
      const begun = await expectNothing(
        root,
        () => begin(root.token),
        () => change(there, world, root),
      );
      expect(begun).toMatchObject(invalidToken);
      const two = await enrolling();
      const { secret } = (await begin(two.token)).body;
      const confirm = () => post('/auth/mfa/verify-enrollment', { token: codeOf(secret) }, two.token);
      const confirmed = await expectNothing(two, confirm, () => change(there, world, two));
      expect(confirmed).toMatchObject(invalidToken);
    });
  },
);

test.each(Object.entries(otherChangesOfFactors))(
  'where %s, a code that is under way is looked at anew, and is right still',
  async (_what, change) => {
    const ann = await enrolled();
    const { temp_token } = (await ann.login()).body;
    const body = { temp_token, mfa_token: ann.code() };
    const answer = await gate.during(
      () => post('/auth/mfa/verify', body),
      () => change(there, world, ann),
    );
    expect(answer.status).toBe(200);
  },
);

test.each(Object.entries(factorGone))(
  'where %s while a refresh is under way, the new tokens do not claim the factor',
  async (_what, change) => {
    const ann = await enrolled();
    const answer = await refreshedDuring(ann.bearerRefresh, () => change(there, world, ann));
    expect(answer.status).toBe(200);
    expect(claimsOf(answer.body.access_token)).toMatchObject({ mfa: false, amr: ['pwd'] });
  },
);

test('a session that stays is refreshed on, though its owner was changed in between', async () => {
  const ann = await enrolled();
  const { refresh_token } = (await post('/auth/refresh', { refresh_token: ann.refresh })).body;
  const change = endingChanges['the owner changes the password'];
  await change?.(there, world, { ...ann, bearer: ann.own });
  expect((await post('/auth/refresh', { refresh_token })).status).toBe(200);
});

test('an administrator who was demoted does nothing more by a request that was under way', async () => {
  const root = await staff(world);
  const { body } = await world.call('GET', '/auth/me', undefined, { bearer: root.bearer });
  const by = { userId: root.id, roles: ['admin'], sessionId: body.session.id };
  await endingChanges['the roles change']?.(there, world, root);
  const username = `u${crypto.randomUUID()}`;
  const roles = ['admin'] as const;
  const invitation = { username, email: `${username}@example.com`, phone: null, roles };
  await expect(inviteUser(world.deps, consoleContext(), by, invitation)).rejects.toMatchObject({
    status: 401,
  });
  const ann = await world.user();
  await expect(unlockUser(world.deps, consoleContext(), { by, userId: ann.id })).rejects.toMatchObject({
    status: 401,
  });
});
