import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHasher } from '../../src/features/passwords/password-hash.ts';
import {
  type Changed,
  endingChanges,
  factorGone,
  firstFactor,
  otherChanges,
  otherChangesOfFactors,
} from '../support/account-changes.ts';
import { codeOf } from '../support/actor.ts';
import { withDevice } from '../support/devices.ts';
import { createGate, hasherWithGate } from '../support/gates.ts';
import { anotherInstance } from '../support/instance.ts';
import { claimsOf, eventTypesOf } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import type { Answer } from '../support/world.ts';

// A login waits with a right password in its hand, while the account is changed at another instance.
const gate = createGate();
const world = useWorld(() => ({ hasher: hasherWithGate(gate) }));
let there: Awaited<ReturnType<typeof anotherInstance>>;
beforeAll(async () => {
  there = await anotherInstance(world, { hasher: createHasher({ memoryKiB: 1024, passes: 1 }) });
});
afterAll(() => there.close());

const refused = {
  status: 401,
  type: '/problems/invalid-credentials',
  body: { detail: 'Invalid credentials' },
};

async function alone(roles: ('user' | 'admin' | 'vendor')[] = ['user']) {
  const ann = await world.user({ roles });
  return { ...ann, bearer: String((await ann.login()).body.access_token) };
}

async function enrolled() {
  const ann = await world.user();
  return { ...ann, ...(await ann.enrolTotp()) };
}

/** Sessions that could go on, and temp tokens that could be answered. */
async function alive(userId: string): Promise<readonly string[]> {
  const { db } = world.database;
  const sessions = db
    .selectFrom('sessions')
    .select('id')
    .where('userId', '=', userId)
    .where('endedAt', 'is', null);
  const logins = db
    .selectFrom('logins')
    .select('id')
    .where('userId', '=', userId)
    .where('status', '=', 'open');
  return [...(await sessions.execute()), ...(await logins.execute())].map(({ id }) => id).sort();
}

/** The login is answered like one with a wrong password, and has left nothing that lives. */
async function expectNothing(
  user: Changed,
  login: () => Promise<Answer>,
  change: () => Promise<unknown>,
): Promise<void> {
  let left: readonly string[] = [];
  const answer = await gate.during(login, async () => {
    await change();
    left = await alive(user.id);
  });
  expect(answer).toMatchObject(refused);
  expect(Object.keys(answer.body).sort()).toEqual(['detail', 'instance', 'status', 'title', 'type']);
  expect(await alive(user.id)).toEqual(left);
  expect((await eventTypesOf(world, user.id)).at(-1)).toBe('authn_login_fail');
}

const ofAlone = { ...endingChanges, ...firstFactor, ...otherChanges };
const ofEnrolled = { ...endingChanges, ...factorGone, ...otherChangesOfFactors };

describe.each(Object.entries(ofAlone))('where %s while a password is looked at,', (_what, change) => {
  test('no session is opened by it', async () => {
    const ann = await alone();
    await expectNothing(
      ann,
      () => ann.login(),
      () => change(there, world, ann),
    );
  });

  test('no enrolment token is given for it, and no area is named that it does not open', async () => {
    const root = await alone(['admin']);
    await expectNothing(
      root,
      () => root.login('admin'),
      () => change(there, world, root),
    );
    const ann = await alone();
    await expectNothing(
      ann,
      () => ann.login('admin'),
      () => change(there, world, ann),
    );
  });
});

describe.each(Object.entries(ofEnrolled))('where %s while a password is looked at,', (_what, change) => {
  test('no challenge is opened by it', async () => {
    const ann = await enrolled();
    await expectNothing(
      ann,
      () => ann.login(),
      () => change(there, world, ann),
    );
  });

  test('no session is opened by it and a code at once', async () => {
    const ann = await enrolled();
    const login = () => ann.login('public', { mfa_token: codeOf(ann.secret) });
    await expectNothing(ann, login, () => change(there, world, ann));
  });

  test('no session is opened by it and a trusted device', async () => {
    const ann = await withDevice(world);
    await expectNothing(
      ann,
      () => ann.loginWithDevice(),
      () => change(there, world, ann),
    );
  });
});

test('a login that was demoted on its way carries no role from before, and makes nobody an administrator', async () => {
  const root = await world.user({ roles: ['admin'] });
  const { secret } = await root.enrolTotp((await root.login('admin')).body.enrollment_token);
  const { temp_token } = (await root.login('admin')).body;
  const demoted = endingChanges['the roles change'];
  if (!demoted) throw new Error('No such change');
  const answer = await gate.during(
    () => root.login('admin', { mfa_token: codeOf(secret) }),
    () => demoted(there, world, { ...root, bearer: '' }),
  );
  expect(answer).toMatchObject(refused);
  expect((await root.verify(temp_token, codeOf(secret))).status).toBe(401);
  const { body } = await root.loginWithTotp(secret, 'admin');
  expect(claimsOf(body.access_token)).toMatchObject({ roles: ['auditor'] });
  expect(claimsOf(body.access_token).scope).not.toContain('admin:users:write');
});

test('a login that is not overtaken is as ever, after any earlier change', async () => {
  const ann = await enrolled();
  for (const change of Object.values(otherChangesOfFactors)) await change(there, world, ann);
  expect((await ann.loginWithTotp(ann.secret)).status).toBe(200);
});

describe('a hash that is made anew at a login', () => {
  const weak = createHasher({ memoryKiB: 512, passes: 1 });
  const row = (id: string) =>
    world.database.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  test('is no change of the password: nothing under way dies of it', async () => {
    const ann = await enrolled();
    const passwordHash = await weak.hash(ann.password);
    await world.database.db.updateTable('users').set({ passwordHash }).where('id', '=', ann.id).execute();
    const before = await row(ann.id);
    const { temp_token } = (await ann.login()).body;
    const after = await row(ann.id);
    expect(after.passwordHash).not.toBe(before.passwordHash);
    expect(after.securityVersion).toBe(before.securityVersion);
    expect((await ann.verify(temp_token, codeOf(ann.secret))).status).toBe(200);
  });

  test('never takes the place of a password that was set meanwhile', async () => {
    const ann = await alone();
    const passwordHash = await weak.hash(ann.password);
    await world.database.db.updateTable('users').set({ passwordHash }).where('id', '=', ann.id).execute();
    const { hasher } = world.deps;
    const pause = createGate();
    const hash: typeof hasher.hash = async (...given) => {
      const made = await hasher.hash(...given);
      await pause.pass(); // the login is recorded, and the new hash is made
      return made;
    };
    Object.assign(world.app.deps, { hasher: { ...hasher, hash } });
    const change = endingChanges['the password is reset by mail'];
    await pause
      .during(
        () => ann.login(),
        async () => change?.(there, world, ann),
      )
      .finally(() => Object.assign(world.app.deps, { hasher }));
    expect((await ann.login()).status).toBe(401);
    expect((await ann.login('public', { password: 'nine folded maps' })).status).toBe(200);
  });
});
