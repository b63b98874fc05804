import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { sweep } from '../../db/sweep.ts';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { again } from '../support/approvals.ts';
import { eventsDuring } from '../support/audit.ts';
import { because, callerDesk, checkSeconds, elsewhere } from '../support/caller-desk.ts';
import { dumpDatabase, eventsOf, eventTypesOf, mailsTo, throttleOf } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

describe('RK-7 CL-1 a caller shows who is calling', () => {
  const world = useWorld();
  const { start, read, answer, ask } = callerDesk(world);
  let desk: Staff;
  beforeAll(async () => {
    desk = await staff(world, 'helpdesk');
  });

  test('by the code of the app, and the helpdesk sees method and time alone', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const check = await start(desk, ann.id);
    expect(check).toEqual({
      id: check.id,
      number: expect.stringMatching(/^\d{9}$/),
      expires_at: check.expires_at,
    });
    expect((await read(desk, ann.id, check.id)).body).toMatchObject({ state: 'pending', method: null });

    const spoken = check.number.replace(/(\d{3})(?=\d)/g, '$1 ');
    const answered = await answer(spoken, codeOf(secret));
    expect(answered).toMatchObject({ status: 200, body: { status: 'passed' } });
    expect(Object.keys(answered.body)).toEqual(['status']);
    expect((await read(desk, ann.id, check.id)).body).toEqual({
      id: check.id,
      state: 'passed',
      method: 'totp',
      answered_at: expect.any(String),
      from_asker: false,
      expires_at: check.expires_at,
      used_for: null,
    });
    const events = await eventsOf(world, ann.id);
    expect(events.slice(-3).map(({ type }) => type)).toEqual([
      'caller_check_started',
      'mfa_passed',
      'caller_check_passed',
    ]);
    expect(events.at(-3)).toMatchObject({ actorId: desk.id, detail: { ...because, caller_check: check.id } });
    expect(events.at(-1)).toMatchObject({ actorId: desk.id, method: 'totp', ip: elsewhere.ip });
    const mails = await mailsTo(world, ann.email ?? '');
    expect(mails.map(({ subject }) => subject)).toContain(
      'Somebody proved to the helpdesk that they are you',
    );
  });

  test('the asker finds the check again for ten minutes, without its number, and nobody else does', async () => {
    const asker = await staff(world, 'helpdesk');
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const list = (by: Staff, id = ann.id) => by.get(`/admin/users/${id}/caller-checks`);
    expect((await list(asker)).body).toEqual({ checks: [] });
    const first = await start(asker, ann.id);
    const second = await start(asker, ann.id);
    const found = (await list(asker)).body.checks;
    expect(found).toEqual([(await read(asker, ann.id, second.id)).body]);
    expect(found).toMatchObject([{ id: second.id, state: 'pending' }]);
    expect(JSON.stringify(found)).not.toContain(second.number);
    expect((await read(asker, ann.id, first.id)).body.state).toBe('expired');
    expect((await answer(second.number, codeOf(secret))).status).toBe(200);
    expect((await list(asker)).body.checks).toMatchObject([{ state: 'passed', method: 'totp' }]);

    const colleague = await staff(world, 'helpdesk');
    const other = await world.user();
    expect((await list(colleague)).body).toEqual({ checks: [] });
    expect((await list(asker, other.id)).body).toEqual({ checks: [] });
    expect((await list(asker, randomUUID())).status).toBe(404);
    wait(checkSeconds);
    expect((await list(await again(world, asker))).body).toEqual({ checks: [] });
  });

  test('by a recovery code, once', async () => {
    const ann = await world.user();
    const { codes } = await ann.enrolTotp();
    const [code = ''] = codes;
    const first = await start(desk, ann.id);
    expect((await answer(first.number, code)).status).toBe(200);
    const second = await start(desk, ann.id);
    expect((await answer(second.number, code)).status).toBe(403);
  });

  test('by a code to a second address, and never by one to the mailbox of the account', async () => {
    const ann = await world.user();
    await ann.enrolSent('email', { email: `second-${ann.username}@example.org` });
    const own = await world.user();
    await own.enrolSent('email', { email: own.email?.toUpperCase() });
    wait(60); // a code was sent at the enrolment
    const mails = async (who: typeof ann) => {
      const check = await start(desk, who.id);
      const before = world.mails.length;
      expect(await ask(check.number)).toMatchObject({ status: 202, body: { verification_code: null } });
      return { check, sent: world.mails.slice(before).map(({ to }) => to) };
    };
    const second = await mails(ann);
    expect(second.sent).toEqual([`second-${ann.username}@example.org`]);
    expect((await answer(second.check.number, ann.lastCode('email'))).status).toBe(200);
    expect((await mails(own)).sent).toEqual([]);
  });

  test('never by a bypass code, which the helpdesk made', async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    const { code } = (await desk.post(`/admin/users/${ann.id}/bypass-codes`, because)).body;
    const check = await start(desk, ann.id);
    expect((await answer(check.number, code)).status).toBe(403);
    expect((await read(desk, ann.id, check.id)).body.state).toBe('pending');
  });

  test('an unknown number, a wrong code, a used one and a locked account look alike', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const bare = await world.user();
    const { instance: _, ...unknown } = (await answer('000000000', '123456')).body;
    const refusals = [];
    const check = await start(desk, ann.id);
    const none = await start(desk, bare.id);
    refusals.push(await answer(none.number, '123456')); // an account without any factor
    expect((await answer(check.number, codeOf(secret))).status).toBe(200);
    const again = await start(desk, ann.id);
    refusals.push(await answer(again.number, codeOf(secret))); // used
    for (let count = 0; count < 2; count += 1) refusals.push(await answer(again.number, wrongCodeOf(secret)));
    const over = await start(desk, ann.id);
    refusals.push(await answer(again.number, codeOf(secret, 1))); // no attempts left
    for (let count = 0; count < 3; count += 1) refusals.push(await answer(over.number, wrongCodeOf(secret)));
    for (const { status, body } of refusals) {
      const { instance: __, ...rest } = body;
      expect({ status, ...rest }).toEqual({ ...unknown, status: 403 });
    }
    expect(unknown).not.toHaveProperty('attempts_remaining');
    for (const number of ['000000000', none.number, check.number]) {
      expect((await answer(number)).body).toEqual({ status: 'pending', retry_after: 2 });
      expect(await ask(number)).toMatchObject({ status: 202, body: { verification_code: null } });
      const push = await ask(number, 'duo_push');
      expect(push.body).toEqual({ verification_code: expect.stringMatching(/^\d{6}$/) });
    }
  });

  test('three wrong answers end the check, count in the throttle of the owner, and send no false alarm', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const check = await start(desk, ann.id);
    for (let count = 0; count < 3; count += 1) await answer(check.number, wrongCodeOf(secret));
    expect((await read(desk, ann.id, check.id)).body).toMatchObject({ state: 'failed', method: null });
    expect(await throttleOf(world, ann.id)).toMatchObject({ failed: 3 });
    expect((await eventTypesOf(world, ann.id)).slice(-4)).toEqual([
      'mfa_failed',
      'mfa_failed',
      'mfa_failed',
      'caller_check_failed',
    ]);
    const subjects = (await mailsTo(world, ann.email ?? '')).map(({ subject }) => subject);
    expect(subjects).not.toContain('Somebody knows your password: the second step of a login failed');
    const next = await start(desk, ann.id);
    expect((await answer(next.number, codeOf(secret))).status).toBe(403); // a new check gives no new attempts
  });

  test('at most three answers are compared, however many come at once', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const check = await start(desk, ann.id);
    await Promise.all(Array.from({ length: 8 }, () => answer(check.number, wrongCodeOf(secret))));
    const wrong = (await eventTypesOf(world, ann.id)).filter((type) => type === 'mfa_failed');
    expect(wrong.length).toBeLessThanOrEqual(3);
  });

  test('within ten minutes, by the newest number', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const old = await start(desk, ann.id);
    const check = await start(desk, ann.id);
    expect((await answer(old.number, codeOf(secret))).status).toBe(403);
    wait(checkSeconds);
    expect((await answer(check.number, codeOf(secret))).status).toBe(403);
    wait(3601);
    await sweep(world.database.db, new Date());
    const left = world.database.db.selectFrom('callerChecks').select('id').where('userId', '=', ann.id);
    expect(await left.execute()).toEqual([]);
  });

  test('the database and the audit hold neither the number nor a code', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const check = await start(desk, ann.id);
    const events = await eventsDuring(world, () => answer(check.number, codeOf(secret)));
    const text = JSON.stringify(events) + JSON.stringify(await dumpDatabase(world));
    expect(text).not.toContain(check.number);
  });

  test.each([
    ['user', 401],
    ['auditor', 403],
  ] as const)('%s starts none, and nobody for their own account', async (role, status) => {
    const ann = await world.user();
    const auditor = await staff(world, 'auditor');
    const other = role === 'auditor' ? auditor : await world.user();
    const bearer = role === 'auditor' ? auditor.bearer : (await other.login()).body.access_token;
    const path = `/admin/users/${ann.id}/caller-checks`;
    expect((await world.call('POST', path, because, { bearer })).status).toBe(status);
    const own = await desk.post(`/admin/users/${desk.id}/caller-checks`, because);
    expect(own).toMatchObject({ status: 403, body: { reason: 'own_account' } });
    const higher = await desk.post(`/admin/users/${auditor.id}/caller-checks`, because);
    expect(higher).toMatchObject({ status: 403, body: { reason: 'higher_role' } });
  });
});
