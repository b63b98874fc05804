import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { EventType } from '../../src/domain/audit/events.ts';
import { writeAudit } from '../../src/features/audit/audit-store.ts';
import { wait, wrongCodeOf } from '../support/actor.ts';
import { staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const day = 24 * 3_600;

describe('the scorecard of GET /admin/adoption', () => {
  const world = useRestoredWorld('all users and events are counted', () => {
    vi.setSystemTime('2026-03-10T09:00:00Z');
    return {};
  });
  let root: Awaited<ReturnType<typeof staff>>;
  beforeEach(async () => {
    root = await staff(world);
  });
  const scorecard = async (days = 30) => {
    const { body } = await root.loginWithTotp(root.secret, 'admin');
    const bearer = body.access_token;
    return (await world.call('GET', `/admin/adoption?days=${days}`, undefined, { bearer })).body;
  };
  const writeEvent = (type: EventType, userId: string, more: object = {}) =>
    writeAudit(world.deps.db, consoleContext(), { type, outcome: 'success', userId, ...more });

  test('holds the enrolment of each day since the phase began against its target', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => world.user()));
    expect((await root.put('/admin/rollout', { phase: 'gradual', roles: ['admin'] })).status).toBe(200);
    await people[0]?.enrolTotp();
    wait(day);
    await people[1]?.enrolTotp();
    const { scorecard: early } = await scorecard();
    expect(early).toMatchObject({ phase: 'gradual', since: '2026-03-10T09:00:00.000Z' });
    expect(early.enrolled).toEqual({
      ...{ target: 0.8, value: 0.6, met: null },
      by_day: [
        { day: '2026-03-10', users: 5, enrolled: 2, share: 0.4 },
        { day: '2026-03-11', users: 5, enrolled: 3, share: 0.6 },
      ],
    });
    wait(3 * day);
    await people[2]?.enrolTotp();
    expect((await scorecard()).scorecard.enrolled).toMatchObject({ value: 0.8, met: true });
  });

  test('calls the enrolment missed after thirty days, and begins anew with the next phase alone', async () => {
    await world.user();
    wait(29 * day);
    expect((await scorecard()).scorecard.enrolled).toMatchObject({ value: 0.5, met: false });
    const { body } = await root.loginWithTotp(root.secret, 'admin', 1);
    const put = (rollout: Record<string, unknown>) =>
      world.call('PUT', '/admin/rollout', rollout, { bearer: body.access_token });
    expect((await put({ phase: 'soft', grace_days: 5 })).status).toBe(200);
    wait(60);
    expect((await scorecard()).scorecard.since).toBe('2026-03-10T09:00:00.000Z');
  });

  test('counts nobody as past their grace in the phase soft', async () => {
    await root.put('/admin/rollout', { phase: 'full', grace_days: 1 });
    await (await world.user()).login();
    wait(2 * day);
    expect((await scorecard()).grace).toEqual({ in_grace: 0, ended: 1 });
    wait(60);
    const { body } = await root.loginWithTotp(root.secret, 'admin');
    await world.call('PUT', '/admin/rollout', { phase: 'soft' }, { bearer: body.access_token });
    wait(60);
    expect((await scorecard()).grace).toEqual({ in_grace: 0, ended: 0 });
  });

  test('counts failures that no typing error made, people who were helped, and takeovers', async () => {
    const [ann, ben] = await Promise.all([world.user(), world.user()]);
    const { secret } = await ann.enrolTotp();
    await ann.loginWithTotp(secret);
    await ann.verify((await ann.login()).body.temp_token, wrongCodeOf(secret));
    wait(60);
    expect((await scorecard()).scorecard).toMatchObject({
      success_rate: { value: 1, met: true },
      needed_helpdesk: { value: 0, met: true, people: 0, tickets: 0 },
      takeovers_reported: { value: 0, met: true },
    });
    await writeEvent('mfa_send_failed', ann.id);
    const by = { actorId: root.id, detail: { reason: 'Lost phone', ticket: 'HD-1' } };
    await writeEvent('mfa_reset', ann.id, by);
    await writeEvent('mfa_bypass_codes_issued', ann.id, by);
    await writeEvent('user_unlocked', ben.id, { actorId: root.id });
    await writeEvent('mfa_reset', root.id); // from the terminal: nobody asked a helpdesk
    await writeEvent('mfa_attack_reported', ben.id);
    wait(60);
    expect((await scorecard()).scorecard).toMatchObject({
      success_rate: { target: 0.999, value: 0.75, met: false },
      needed_helpdesk: { target: 0.05, value: 0.6667, met: false, people: 2, tickets: 1 },
      takeovers_reported: { target: 0, value: 1, met: false },
    });
    wait(2 * day);
    expect((await scorecard(1)).scorecard.takeovers_reported).toMatchObject({ value: 0, met: true });
  });

  test('shows how long verifications took, of every instance', async () => {
    expect((await scorecard()).scorecard.verification_p95_ms).toEqual({
      target: 100,
      value: null,
      met: null,
    });
    const { verificationTimes } = world.deps;
    await verificationTimes.flush(new Date()); // the real ones, of logins until now
    await world.database.owner.deleteFrom('verificationTimes').execute();
    for (let at = 0; at < 95; at += 1) verificationTimes.note(60);
    for (let at = 0; at < 5; at += 1) verificationTimes.note(900);
    await verificationTimes.flush(new Date());
    wait(60);
    expect((await scorecard()).scorecard.verification_p95_ms).toMatchObject({ value: 75, met: true });
    await world.database.owner
      .insertInto('verificationTimes')
      .values({ day: '2026-03-09', bucket: 8, answers: 9 })
      .execute();
    wait(60);
    expect((await scorecard()).scorecard.verification_p95_ms).toMatchObject({ value: 500, met: false });
    wait(60);
    expect((await scorecard(1)).scorecard.verification_p95_ms).toMatchObject({ value: 75, met: true });
  });

  test('counts each verification, and keeps what it could not write', async () => {
    const { verificationTimes, db } = world.deps;
    const total = async () =>
      (await db.selectFrom('verificationTimes').select('answers').execute()).reduce(
        (sum, row) => sum + Number(row.answers),
        0,
      );
    await verificationTimes.flush(new Date());
    const before = await total();
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    await ann.loginWithTotp(secret);
    const renamed = (from: string, to: string) =>
      world.database.owner.schema.alterTable(from).renameTo(to).execute();
    await renamed('verification_times', 'away');
    await expect(verificationTimes.flush(new Date())).rejects.toThrow();
    await renamed('away', 'verification_times');
    await verificationTimes.flush(new Date());
    expect(await total()).toBe(before + 1);
  });
});

describe('POST /auth/mfa/feedback', () => {
  const world = useRestoredWorld('all opinions are counted', () => {
    vi.setSystemTime('2026-03-10T09:00:00Z');
    return {};
  });
  const give = (bearer: string, body: Record<string, unknown>) =>
    world.call('POST', '/auth/mfa/feedback', body, { bearer });

  test('takes one opinion a calendar month, of many at once too', async () => {
    const bearer = String((await (await world.user()).login()).body.access_token);
    const answers = await Promise.all([1, 2, 3, 4, 5].map((rating) => give(bearer, { rating })));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 429, 429, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    const seconds = (Date.UTC(2026, 3, 1) - Date.now()) / 1000;
    expect(refused?.body).toMatchObject({ reason: 'rate', retry_after: Math.ceil(seconds) });
    wait(seconds);
    const again = String((await (await world.user()).login()).body.access_token);
    expect((await give(again, { rating: 5 })).status).toBe(204);
  });

  test.each([
    { rating: 0 },
    { rating: 6 },
    { rating: 4.5 },
    { rating: '5' },
    {},
    { rating: 5, comment: '' },
    { rating: 5, comment: 'x'.repeat(501) },
    { rating: 5, user: 'x' },
  ])('refuses %j', async (body) => {
    const bearer = String((await (await world.user()).login()).body.access_token);
    expect(await give(bearer, body)).toMatchObject({ status: 400, type: '/problems/invalid-request' });
  });

  test('is read by administrators alone, without a name; its mean stands on the scorecard', async () => {
    const opinions = [{ rating: 5, comment: 'Easier than I thought.' }, { rating: 4 }, { rating: 5 }];
    for (const opinion of opinions) {
      const { body } = await (await world.user()).login();
      expect((await give(body.access_token, opinion)).status).toBe(204);
      wait(1);
    }
    const root = await staff(world);
    const { body } = await root.get('/admin/feedback?days=2&limit=2');
    expect(body).toEqual({
      feedback: [
        { at: '2026-03-10T09:00:02.000Z', rating: 5, comment: null },
        { at: '2026-03-10T09:00:01.000Z', rating: 4, comment: null },
      ],
    });
    const { body: adoption } = await root.get('/admin/adoption');
    expect(adoption.scorecard.feedback).toEqual({ target: 4, value: 4.67, met: true, ratings: 3 });
    expect(JSON.stringify(adoption)).not.toContain('Easier');
    for (const role of ['helpdesk', 'auditor'] as const) {
      const other = await staff(world, role);
      expect(await other.get('/admin/feedback')).toMatchObject({
        status: 403,
        type: '/problems/insufficient-scope',
      });
    }
  });
});
