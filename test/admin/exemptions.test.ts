import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { wait } from '../support/actor.ts';
import { restoreRules } from '../support/restore-rules.ts';
import { eventsOf } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { turnRollout } from '../support/turn-rollout.ts';
import { useWorld } from '../support/use-world.ts';

const day = 86_400;
const world = useWorld();
restoreRules(world);
let root: Staff;
beforeEach(async () => {
  root = await staff(world);
  await turnRollout(root, { phase: 'full', grace_days: 0 });
});
afterEach(async () => {
  await world.database.db.deleteFrom('exemptions').execute();
});

const inDays = (days: number) => new Date(Date.now() + days * day * 1000).toISOString();
const reason = 'Waits for a security key';

describe('an exemption', () => {
  test('RO-5 has an owner, a reason and an end, lets its user in meanwhile, and ends alone', async () => {
    const ann = await world.user();
    expect((await ann.login()).status).toBe(403);
    const ends = inDays(10);
    const made = await root.post('/admin/exemptions', { user_id: ann.id, reason, ends_at: ends });
    expect(made).toMatchObject({ status: 201, body: { owner_id: root.id, reason, ends_at: ends } });
    expect((await ann.login()).status).toBe(200);
    const names = { username: ann.username, owner_username: root.username };
    expect(made.body).toMatchObject(names);
    expect((await root.get('/admin/exemptions')).body.exemptions).toMatchObject([names]);
    const [event] = (await eventsOf(world, ann.id)).filter(({ type }) => type === 'exemption_made');
    expect(event).toMatchObject({ actorId: root.id, detail: { reason, ends_at: ends } });

    wait(10 * day - 1);
    expect((await ann.login()).status).toBe(200);
    wait(2);
    expect(await ann.login()).toMatchObject({ status: 403, type: '/problems/mfa-enrollment-required' });
  });

  test('RO-5 can be ended before, which takes effect on a live session', async () => {
    const ann = await world.user();
    const { body } = await root.post('/admin/exemptions', { user_id: ann.id, reason, ends_at: inDays(2) });
    const live = (await ann.login()).body;
    expect((await root.remove(`/admin/exemptions/${body.id}`)).status).toBe(204);
    expect((await root.remove(`/admin/exemptions/${body.id}`)).status).toBe(404);
    const refreshed = await world.call('POST', '/auth/refresh', { refresh_token: live.refresh_token });
    expect(refreshed.status).toBe(401);
    expect((await ann.login()).status).toBe(403);
    expect((await root.get('/admin/exemptions')).body.exemptions).toEqual([]);
  });

  test('RO-5 never opens an area that requires a second factor', async () => {
    const ada = await world.user({ roles: ['admin'] });
    await root.post('/admin/exemptions', { user_id: ada.id, reason, ends_at: inDays(2) });
    expect((await ada.login('admin')).status).toBe(403);
  });

  test('overlaps no other of the same user, were both asked for at once', async () => {
    const ann = await world.user();
    const ask = (days: number) =>
      root.post('/admin/exemptions', { user_id: ann.id, reason, ends_at: inDays(days) });
    const answers = await Promise.all([ask(1), ask(2), ask(3)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect((await ask(4)).body.detail).toContain('already exempt');
  });

  test.each(['', ' ', '\u200b'])('RO-5 has a reason in words: %j is none', async (blank) => {
    const ann = await world.user();
    const asked = { user_id: ann.id, reason: blank, ends_at: inDays(2) };
    expect(await root.post('/admin/exemptions', asked)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '#/reason' }] },
    });
    const { body } = await root.post('/admin/exemptions', { ...asked, reason: ' on leave ' });
    expect(body.reason).toBe('on leave');
  });

  test('nobody exempts their own account', async () => {
    const answer = await root.post('/admin/exemptions', { user_id: root.id, reason, ends_at: inDays(2) });
    expect(answer).toMatchObject({ status: 403, type: '/problems/forbidden' });
  });

  test('is of somebody', async () => {
    const nobody = { user_id: '0d6f3a52-94c1-4a8e-b7d0-52c6f1e83b19', reason, ends_at: inDays(2) };
    expect((await root.post('/admin/exemptions', nobody)).status).toBe(404);
  });

  test.each([
    ['without an end', { ends_at: undefined }, '#/ends_at'],
    ['that ended in the past', { ends_at: '2020-01-01T00:00:00Z' }, '#/ends_at'],
    ['for years', { ends_at: '2099-01-01T00:00:00Z' }, '#/ends_at'],
    ['without a reason', { reason: '' }, '#/reason'],
    ['with an owner of their own choice', { owner_id: 'x' }, ''],
  ])('RO-5 HT-3 refuses one %s', async (_what, change, pointer) => {
    const ann = await world.user();
    const answer = await root.post('/admin/exemptions', {
      user_id: ann.id,
      reason,
      ends_at: inDays(2),
      ...change,
    });
    expect(answer.status).toBe(400);
    if (pointer) expect(answer.body.errors.map((one: { pointer: string }) => one.pointer)).toContain(pointer);
  });

  test('SE-4 is made by administrators alone', async () => {
    await root.put('/admin/rollout', { phase: 'soft' }); // so that they can enrol
    const help = await staff(world, 'helpdesk');
    const ann = await world.user();
    const answer = await help.post('/admin/exemptions', { user_id: ann.id, reason, ends_at: inDays(2) });
    expect(answer).toMatchObject({ status: 403, type: '/problems/insufficient-scope' });
    expect((await help.get('/admin/exemptions')).status).toBe(200);
  });
});
