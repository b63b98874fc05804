import { beforeEach, describe, expect, test, vi } from 'vitest';
import { takeDue } from '../../src/features/notices/outbox-store.ts';
import { runGracePeriods } from '../../src/features/policy/grace-period-job.ts';
import { wait } from '../support/actor.ts';
import { restoreRules } from '../support/restore-rules.ts';
import { claimsOf, eventsOf } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { turnRollout } from '../support/turn-rollout.ts';
import { useRestoredWorld, useWorld } from '../support/use-world.ts';

const day = 86_400;
const world = useWorld();
restoreRules(world);
let root: Staff;
beforeEach(async () => {
  root = await staff(world);
});

/** The administrator again, after days: their factor is fresh once more. */
async function again(): Promise<Staff> {
  const { body } = await root.loginWithTotp(root.secret, 'admin');
  const bearer: string = body.access_token;
  const put = (url: string, sent: Record<string, unknown>) => root.call('PUT', url, sent, { bearer });
  const post = (url: string, sent: Record<string, unknown>) => root.call('POST', url, sent, { bearer });
  const remove = (url: string) => root.call('DELETE', url, undefined, { bearer });
  const get = (url: string) => root.call('GET', url, undefined, { bearer });
  return { ...root, bearer, put, post, remove, get };
}

const turn = async (phase: string, more: Record<string, unknown> = {}, by = root) => {
  const answer = await turnRollout(by, { phase, ...more });
  expect(answer.status).toBe(200);
  return answer.body;
};
const me = (bearer: string) => world.call('GET', '/auth/me', undefined, { bearer });
const sensitive = (bearer: string) => world.call('GET', '/api/sensitive-data', undefined, { bearer });

describe('the phases', () => {
  test('RO-1 soft: nobody is asked, and nothing is said of it', async () => {
    const ann = await world.user();
    const { status, body } = await ann.login();
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('mfa_grace_until');
    expect(body).not.toHaveProperty('mfa_encouraged');
  });

  test('RO-1 gradual: the roles that are named have a grace, others are encouraged', async () => {
    const ann = await world.user();
    const bob = await world.user({ roles: ['vendor'] });
    const turned = await turn('gradual', { roles: ['vendor'] });
    expect(turned).toMatchObject({ phase: 'gradual', grace_days: 7, changed_by: root.id });
    expect(turned.changed_by_username).toBe(root.username);
    expect(Object.keys(turned.enforced).sort()).toEqual(['#sensitive', 'vendor']);
    const login = (await ann.login()).body;
    expect(login).toMatchObject({ mfa_required: false, mfa_encouraged: true });
    const status = async (bearer: string) =>
      (await world.call('GET', '/auth/mfa/status', undefined, { bearer })).body;
    expect(await status(login.access_token)).toMatchObject({ enabled: false, mfa_encouraged: true });
    const enrolled = await ann.enrolTotp();
    expect(await status(enrolled.bearer)).not.toHaveProperty('mfa_encouraged');
    const { body } = await bob.login();
    expect(body).toMatchObject({ mfa_required: false, mfa_grace_until: expect.any(String) });
    expect(body).not.toHaveProperty('mfa_encouraged');
  });

  test('RO-1 gradual: a sensitive route asks everybody once their grace is over', async () => {
    const bob = await world.user({ roles: ['vendor'] });
    await turn('gradual', { roles: [] });
    expect((await sensitive((await bob.login('vendor')).body.access_token)).status).toBe(200);
    wait(7 * day + 1);
    const login = await bob.login('vendor');
    expect(login.status).toBe(200);
    const refused = await sensitive(login.body.access_token);
    expect(refused).toMatchObject({
      status: 403,
      type: '/problems/mfa-enrollment-required',
      body: { methods: expect.arrayContaining(['totp']), grace_ended_at: expect.any(String) },
    });
    expect(refused.body).not.toHaveProperty('enrollment_token');
  });

  test('RO-3 the grace at a sensitive route is a row, and stays when the rollout is turned back and forth', async () => {
    const bob = await world.user({ roles: ['vendor'] });
    await turn('gradual', { roles: [] });
    await sensitive((await bob.login('vendor')).body.access_token);
    wait(6 * day);
    const later = await again();
    await turn('soft', {}, later);
    await turn('gradual', { roles: [] }, later);
    wait(day + 1);
    expect((await sensitive((await bob.login('vendor')).body.access_token)).status).toBe(403);
  });

  test('RO-1 full: everybody', async () => {
    const ann = await world.user();
    await turn('full');
    expect((await ann.login()).body).toMatchObject({ mfa_grace_until: expect.any(String) });
  });

  test('AU-3 a change is audited with the rollout before', async () => {
    await turn('full', { grace_days: 3 });
    const [turned] = await world.database.db
      .selectFrom('auditEvents')
      .selectAll()
      .where('type', '=', 'rollout_changed')
      .where('actorId', '=', root.id)
      .execute();
    expect(turned?.detail).toMatchObject({
      before: { phase: 'soft', grace_seconds: 7 * day },
      after: { phase: 'full', grace_seconds: 3 * day },
    });
  });

  test.each([
    [{ phase: 'later' }],
    [{ phase: 'full', roles: ['user'] }],
    [{ phase: 'gradual', roles: ['king'] }],
    [{ phase: 'full', grace_days: -1 }],
    [{ phase: 'full', grace_days: 1.5 }],
    [{ phase: 'full', since: '2020-01-01T00:00:00Z' }],
    [{}],
  ])('HT-3 refuses %j', async (body) => {
    expect(await root.put('/admin/rollout', body)).toMatchObject({ status: 400 });
    expect((await root.get('/admin/rollout')).body.phase).toBe('soft');
  });
});

describe('the grace', () => {
  test('RO-2 ends hard: a second before a token, a second after nothing but a token to enrol with', async () => {
    const ann = await world.user();
    await turn('full');
    const first = (await ann.login()).body;
    const ends = Date.parse(first.mfa_grace_until);
    vi.useFakeTimers({ toFake: ['Date'], now: ends - 1_000 });
    const last = await ann.login();
    expect(last.status).toBe(200);
    expect(last.body.mfa_grace_until).toBe(first.mfa_grace_until);
    expect(claimsOf(last.body.access_token)).toMatchObject({
      mfa: false,
      acr: 'urn:sallyport:acr:1',
      mfa_grace_until: Math.floor(ends / 1000),
    });
    vi.setSystemTime(ends);
    const refused = await ann.login();
    expect(refused).toMatchObject({ status: 403, type: '/problems/mfa-enrollment-required' });
    expect(refused.body.grace_ended_at).toBe(first.mfa_grace_until);
    const { enrollment_token: token, methods } = refused.body;
    expect(methods).toContain('totp');
    expect(claimsOf(token)).toMatchObject({ scope: 'mfa:enroll' });
    expect((await me(token)).status).toBe(401);
    const refreshed = await world.call('POST', '/auth/refresh', { refresh_token: last.body.refresh_token });
    expect(refreshed.status).toBe(401);
    const done = await ann.enrolTotp(token);
    expect(done.answer).toMatchObject({ status: 200, body: { access_token: expect.any(String) } });
    expect((await ann.loginWithTotp(done.secret, 'public', 1)).status).toBe(200);
  });

  test('RO-2 is seven days of 86,400 seconds from the later of enforcement and account creation', async () => {
    const before = await world.user();
    await turn('full');
    const since = Date.parse((await root.get('/admin/rollout')).body.enforced['*']);
    wait(3 * day);
    const after = await world.user();
    const endOf = async (who: typeof before) => Date.parse((await who.login()).body.mfa_grace_until);
    expect(await endOf(before)).toBe(since + 604_800_000);
    const createdAt = Date.now();
    expect(Math.abs((await endOf(after)) - createdAt - 604_800_000)).toBeLessThan(5_000);
  });

  test('RO-2 somebody who first comes long after the enforcement has none', async () => {
    const ann = await world.user();
    await turn('full');
    wait(30 * day);
    expect(await ann.login()).toMatchObject({ status: 403, type: '/problems/mfa-enrollment-required' });
  });

  test('RO-3 never restarts: by a login, an enrolment that is taken back, a new password, another turn', async () => {
    const ann = await world.user();
    await turn('full');
    const { mfa_grace_until: ends } = (await ann.login()).body;
    wait(day);
    const { factorId, bearer } = await ann.enrolTotp();
    const removed = await world.call('DELETE', `/auth/mfa/factors/${factorId}`, undefined, { bearer });
    expect(removed.status).toBe(204);
    expect((await ann.login()).body.mfa_grace_until).toBe(ends);

    const changed = await world.call(
      'POST',
      '/auth/password',
      { current_password: ann.password, new_password: 'eight dry parasols' },
      { bearer: (await ann.login()).body.access_token },
    );
    expect(changed.status).toBe(204);
    const login = () =>
      world.call('POST', '/auth/login', { username: ann.username, password: 'eight dry parasols' });
    expect((await login()).body.mfa_grace_until).toBe(ends);

    const later = await again();
    for (const phase of ['soft', 'gradual', 'full']) await turn(phase, { grace_days: 90 }, later);
    expect((await login()).body.mfa_grace_until).toBe(ends);
    expect((await eventsOf(world, ann.id)).filter(({ type }) => type === 'grace_started')).toHaveLength(1);
  });

  test('RO-4 buys less: the area admin stays shut', async () => {
    const ada = await world.user({ roles: ['admin'] });
    await turn('full');
    const { body } = await ada.login();
    expect(body.mfa_grace_until).toEqual(expect.any(String));
    const there = await world.call('GET', '/admin/rollout', undefined, { bearer: body.access_token });
    expect(there.status).toBe(401);
    expect((await ada.login('admin')).status).toBe(403);
  });

  test('RO-6 that is over takes effect on a live session at its next request', async () => {
    const bob = await world.user({ roles: ['vendor'] });
    await turn('full');
    const { access_token: bearer } = (await bob.login('vendor')).body;
    const { access_token: own } = (await bob.login()).body;
    const forward = () => world.call('GET', '/auth/forward?area=public', undefined, { bearer: own });
    expect([(await sensitive(bearer)).status, (await forward()).status]).toEqual([200, 200]);
    await world.database.db
      .updateTable('graces')
      .set({ endsAt: new Date(Date.now() - 1) })
      .where('userId', '=', bob.id)
      .execute();
    world.deps.sessions.forgetUser(bob.id);
    const over = { status: 403, type: '/problems/mfa-enrollment-required' };
    expect(await sensitive(bearer)).toMatchObject(over);
    expect(await forward()).toMatchObject(over);
  });

  test('RO-2 begins with the first enforcement of several that ask somebody', async () => {
    const bob = await world.user({ roles: ['vendor'] });
    const { enforced } = await turn('gradual', { roles: ['vendor'] });
    wait(3 * day);
    await turn('full', {}, await again());
    await world.database.db.deleteFrom('graces').where('userId', '=', bob.id).execute(); // as if they had never come
    const { body } = await bob.login();
    const since = Date.parse(enforced.vendor);
    expect(Date.parse(body.mfa_grace_until)).toBe(since + 7 * day * 1000);
  });

  test('RO-6 flips at once without any grace: the live session is asked for more', async () => {
    const ann = await world.user();
    const live = (await ann.login()).body;
    await turn('full', { grace_days: 0 });
    const refreshed = await world.call('POST', '/auth/refresh', { refresh_token: live.refresh_token });
    expect(refreshed.status).toBe(401);
    expect(await ann.login()).toMatchObject({ status: 403, type: '/problems/mfa-enrollment-required' });
  });

  test('LC-5 attack 31 after it the last factor stays; during it, it may go', async () => {
    const ann = await world.user();
    await turn('full');
    await ann.login();
    const { secret } = await ann.enrolTotp();
    wait(7 * day + 1);
    const { body } = await ann.loginWithTotp(secret);
    const status = await world.call('GET', '/auth/mfa/status', undefined, { bearer: body.access_token });
    expect(status.body.policy).toMatchObject({ required: true, phase: 'full' });
    const [factor] = status.body.factors;
    const removed = await world.call('DELETE', `/auth/mfa/factors/${factor.factor_id}`, undefined, {
      bearer: body.access_token,
    });
    expect(removed).toMatchObject({ status: 409, type: '/problems/last-factor' });
  });

  test('is shown by the status, too', async () => {
    const ann = await world.user();
    await turn('full');
    const { access_token: bearer, mfa_grace_until: ends } = (await ann.login()).body;
    const { body } = await world.call('GET', '/auth/mfa/status', undefined, { bearer });
    expect(body.policy).toMatchObject({ required: false, phase: 'full', grace_until: ends });
  });

  test('two logins at once write one row', async () => {
    const ann = await world.user();
    await turn('full');
    const answers = await Promise.all(Array.from({ length: 8 }, () => ann.login()));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(new Set(answers.map(({ body }) => body.mfa_grace_until)).size).toBe(1);
    const rows = await world.database.db
      .selectFrom('graces')
      .selectAll()
      .where('userId', '=', ann.id)
      .execute();
    expect(rows).toHaveLength(1);
  });
});

describe('the job for graces', () => {
  const world = useRestoredWorld('it looks after the graces of all users');
  beforeEach(async () => {
    root = await staff(world);
  });
  const round = () => runGracePeriods(world.deps, new Date());
  const countMails = async () => {
    const due = await takeDue(world.database.db, world.deps.vault, 100, new Date(Date.now() + 1));
    for (const { id } of due) await world.database.db.deleteFrom('outbox').where('id', '=', id).execute();
    return due.map(({ mail }) => mail).filter(({ subject }) => subject.includes('needs a second factor'));
  };

  test('RO-7 reminds on the first, the fifth and the seventh day, each once', async () => {
    const ann = await world.user();
    await turn('full');
    const days: number[] = [];
    for (let hours = 0; hours < 8 * 24; hours += 12) {
      await round();
      await round();
      const mails = await countMails();
      expect(mails.length).toBeLessThanOrEqual(1);
      for (const mail of mails) {
        expect(mail.to).toBe(ann.email);
        expect(mail.text).toContain('\nhttp://127.0.0.1:3000/enroll\n');
        expect(mail.text).toMatch(/You have until [A-Z][a-z]+ \d{1,2}, \d{4} at \d{1,2}:\d\d [AP]M UTC/);
        days.push(hours / 24);
      }
      wait(12 * 3_600);
    }
    expect(days).toEqual([0, 4, 6]);
  });

  test('RO-7 reminds nobody who has enrolled, is exempt or disabled, and a user who was missed only once', async () => {
    const enrolled = await world.user();
    const missed = await world.user();
    await turn('full');
    await enrolled.enrolTotp();
    await countMails();
    wait(6.5 * day);
    await round();
    expect((await countMails()).map(({ to }) => to)).toEqual([missed.email]);
  });

  test('RO-3 writes the rows of users who do not log in, so that nothing restarts them', async () => {
    const ann = await world.user();
    await turn('full');
    await round();
    const { endsAt } = await world.database.db
      .selectFrom('graces')
      .selectAll()
      .where('userId', '=', ann.id)
      .executeTakeFirstOrThrow();
    const events = await world.database.db
      .selectFrom('auditEvents')
      .select(['ip', 'detail'])
      .where('userId', '=', ann.id)
      .where('type', '=', 'grace_started')
      .execute();
    const detail = { username: ann.username, severity: 'info', ends_at: expect.any(String) };
    expect(events).toEqual([{ ip: null, detail }]);
    wait(6 * day);
    const later = await again();
    await turn('soft', {}, later);
    await turn('full', {}, later);
    await round();
    expect((await ann.login()).body.mfa_grace_until).toBe(endsAt.toISOString());
  });
});
