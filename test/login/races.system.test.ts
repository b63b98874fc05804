import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { resetMfa } from '../../src/features/user-admin/reset-mfa.ts';
import { endingChanges } from '../support/account-changes.ts';
import { type Actor, codeOf } from '../support/actor.ts';
import { anotherInstance } from '../support/instance.ts';
import { consoleContext, createWorld, type World } from '../support/world.ts';

/**
 * Thieves who know the password log in in a loop at two instances, while its owner is changed. Nothing of theirs may live
 * afterwards. No gate holds anything: what may happen between two statements happens, in so many rounds. RACE_ROUNDS is how
 * many.
 */
const rounds = Number(process.env.RACE_ROUNDS ?? 30);
const thieves = 8;

let world: World;
let there: Awaited<ReturnType<typeof anotherInstance>>;
beforeAll(async () => {
  world = await createWorld();
  there = await anotherInstance(world);
});
afterAll(async () => {
  await there.close();
  await world.close();
});
beforeEach(() => void vi.useRealTimers());
afterEach(() => void vi.useRealTimers());

/** What a login gave that had begun before the change did. */
type Got = Readonly<Record<string, string | undefined>>;

/** Logs in again and again, from eight networks at two instances, until the change has been made and once more. Gives what came of those that had begun before it. */
async function stealing(ann: Actor, more: () => object, change: () => Promise<unknown>): Promise<Got[]> {
  const got: Got[] = [];
  let over = false;
  let begun = false;
  const steal = async (at: number) => {
    const { call } = at % 2 === 0 ? world : there;
    const ip = `198.51.100.${at}`;
    for (let last = false; !last; ) {
      last = over;
      const body = { username: ann.username, password: ann.password, ...more() };
      const early = !begun;
      const answer = await call('POST', '/auth/login', body, { ip });
      if (early) got.push(answer.body);
    }
  };
  const all = Array.from({ length: thieves }, (_, at) => steal(at));
  await sleep(Math.random() * 20);
  begun = true;
  await change();
  over = true;
  await Promise.all(all);
  return got;
}

/** Of what the thieves were given. */
async function expectDead(ann: Actor, got: readonly Got[], code?: () => string) {
  for (const { refresh_token, temp_token } of got.slice(-thieves * 2)) {
    if (refresh_token)
      expect((await there.call('POST', '/auth/refresh', { refresh_token })).status).toBe(401);
    if (temp_token && code) expect((await ann.verify(temp_token, code())).status).toBe(401);
  }
}

/** A password that stays good opens a new session after the change; one that was opened before it has ended. */
async function expectDeadFromBefore({ id: userId }: Actor) {
  const { db } = world.database;
  const events = db.selectFrom('auditEvents').where('userId', '=', userId);
  const change = await events
    .select('seq')
    .where('type', 'in', ['user_changed', 'user_roles_changed', 'mfa_reset', 'session_ended'])
    .orderBy('seq', 'desc')
    .executeTakeFirstOrThrow();
  const live = db
    .selectFrom('sessions')
    .select('id')
    .where('userId', '=', userId)
    .where('endedAt', 'is', null);
  const before = events.select('sessionId').where('sessionId', 'in', live).where('seq', '<', change.seq);
  expect(await before.execute()).toEqual([]);
}

/** Where the password opens nothing any more: in the database. */
async function expectNothingAlive({ id: userId }: Actor, except: readonly string[] = []) {
  const { db } = world.database;
  const sessions = db.selectFrom('sessions').select('id').where('userId', '=', userId);
  const live = await sessions.where('endedAt', 'is', null).execute();
  expect(live.map(({ id }) => id)).toEqual(except);
  const logins = db.selectFrom('logins').select('id').where('userId', '=', userId);
  expect(await logins.where('status', '=', 'open').execute()).toEqual([]);
}

const withEach = async (round: (at: number) => Promise<void>) => {
  for (let at = 0; at < rounds; at += 1) await round(at);
};
const kinds = Object.values(endingChanges);
const own: readonly unknown[] = [endingChanges['the owner changes the password']];
/** After these the password is good for nothing. */
const last: readonly unknown[] = [
  endingChanges['the password is reset by mail'],
  endingChanges['the helpdesk withdraws the password'],
  endingChanges['the account is disabled'],
];

test('no session by password outlives a change of its owner', async () => {
  let stolen = 0;
  await withEach(async () => {
    const ann = await world.user();
    const bearer = String((await ann.login()).body.access_token);
    const { body } = await world.call('GET', '/auth/me', undefined, { bearer });
    const change = endingChanges['the owner changes the password'];
    const got = await stealing(
      ann,
      () => ({}),
      async () => change?.(there, world, { ...ann, bearer }),
    );
    stolen += got.filter(({ access_token }) => access_token).length;
    await expectDead(ann, got);
    await expectNothingAlive(ann, [body.session.id]);
  });
  expect(stolen).toBeGreaterThan(rounds); // they did get in, before
}, 600_000);

test('nor any temp token, nor a login with a code at once, after any change', async () => {
  await withEach(async (at) => {
    const ann = await world.user();
    const { secret, bearer } = await ann.enrolTotp();
    const change = kinds[at % kinds.length];
    const code = at % 2 === 0 ? () => ({}) : () => ({ mfa_token: codeOf(secret) });
    const { body } = await world.call('GET', '/auth/me', undefined, { bearer });
    const got = await stealing(ann, code, async () => change?.(there, world, { ...ann, bearer }));
    if (!own.includes(change) && !last.includes(change)) return expectDeadFromBefore(ann);
    await expectDead(ann, got, () => codeOf(secret, 1));
    if (own.includes(change)) await expectNothingAlive(ann, [body.session.id]);
    else await expectNothingAlive(ann);
  });
}, 600_000);

test('nor a factor that is confirmed by an enrolment token while the helpdesk resets', async () => {
  await withEach(async () => {
    const root = await world.user({ roles: ['admin'] });
    const token = String((await root.login('admin')).body.enrollment_token);
    const { body } = await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer: token });
    const confirm = async () => {
      await sleep(Math.random() * 10);
      const proof = { token: codeOf(body.secret) };
      return world.call('POST', '/auth/mfa/verify-enrollment', proof, { bearer: token });
    };
    const reset = async () => {
      await sleep(Math.random() * 10);
      return resetMfa(there.deps, consoleContext(), {
        by: null,
        userId: root.id,
        cause: { reason: 'Lost phone', ticket: null },
      });
    };
    await Promise.all([confirm(), reset()]);
    await expectNothingAlive(root);
    const factors = world.database.db.selectFrom('factors').select('id').where('userId', '=', root.id);
    expect(await factors.execute()).toEqual([]);
  });
}, 600_000);
