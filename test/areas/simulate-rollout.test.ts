import { beforeEach, describe, expect, test } from 'vitest';
import { wait } from '../support/actor.ts';
import { eventsOf } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';

const day = 86_400;
const world = useRestoredWorld('it counts all users');
let root: Staff;
beforeEach(async () => {
  root = await staff(world);
});

const simulate = async (body: Record<string, unknown>, query = '') => {
  const answer = await root.post(`/admin/rollout/simulate${query}`, body);
  expect(answer.status).toBe(200);
  return answer.body;
};
const put = (body: Record<string, unknown>) => root.put('/admin/rollout', body);
const namesOf = (body: { users: { username: string }[] }) => body.users.map(({ username }) => username);
const dayOf = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString().slice(0, 10);

/** One of each kind. */
async function people() {
  const ann = await world.user({ username: 'ann' });
  const vic = await world.user({ username: 'vic', roles: ['vendor'] });
  const zoe = await world.user({ username: 'zoe' });
  await zoe.enrolTotp();
  return { ann, vic, zoe };
}

describe('POST /admin/rollout/simulate', () => {
  test('RO-1 counts and names whom the next phase shuts out, now and by day, and changes nothing', async () => {
    await people();
    const later = await simulate({ phase: 'full' });
    expect(later).toMatchObject({
      counts: { without_factor: 2, shut_out_now: 0, newly_shut_out_now: 0, shut_out_later: 2 },
      days: [{ day: dayOf(7 * day), users: 2 }],
      users: [
        { username: 'ann', newly: true, shut_out_at: new Date(Date.now() + 7 * day * 1000).toISOString() },
        { username: 'vic', newly: true },
      ],
    });
    const now = await simulate({ phase: 'full', grace_days: 0 });
    expect(now.counts).toMatchObject({ shut_out_now: 2, newly_shut_out_now: 2, shut_out_later: 0 });
    expect(now.days).toEqual([]);
    const vendors = await simulate({ phase: 'gradual', roles: ['vendor'], grace_days: 0 });
    expect(namesOf(vendors)).toEqual(['vic']);
    expect(vendors.sensitive_routes).toEqual({ refused_now: 2, refused_later: 0 });
    expect(namesOf(await simulate({ phase: 'soft' }))).toEqual([]);
    expect((await root.get('/admin/rollout')).body.phase).toBe('soft');
  });

  test('RO-2 RO-3 knows graces that have begun, exemptions, and accounts that are younger', async () => {
    const { ann, vic } = await people();
    await put({ phase: 'gradual', roles: ['vendor'], grace_days: 3 });
    await vic.login();
    wait(4 * day);
    root = await staff(world);
    const ends = new Date(Date.now() + 2 * day * 1000).toISOString();
    await root.post('/admin/exemptions', { user_id: ann.id, reason: 'On leave', ends_at: ends });
    const eve = await world.user({ username: 'eve', roles: ['vendor'] });
    const { counts, users, days } = await simulate({ phase: 'full', grace_days: 0 });
    expect(counts).toMatchObject({ without_factor: 3, shut_out_now: 2, newly_shut_out_now: 1 });
    expect(days).toEqual([{ day: ends.slice(0, 10), users: 1 }]);
    expect(users).toMatchObject([
      { username: 'ann', shut_out_at: ends, newly: true },
      { id: eve.id, newly: true },
      { id: vic.id, newly: false },
    ]);
  });

  test('leaves out who is disabled, reset, or in no area that leaves it to the rollout', async () => {
    const { ann, vic } = await people();
    await root.act('PATCH', `/admin/users/${ann.id}`, { status: 'disabled' });
    await root.post(`/admin/users/${vic.id}/mfa/reset`, { reason: 'Lost it' });
    expect((await simulate({ phase: 'full', grace_days: 0 })).counts.without_factor).toBe(0);
  });

  test('gives pages by name, to the staff alone, and refuses what the change would', async () => {
    await people();
    const first = await simulate({ phase: 'full' }, '?limit=1');
    expect(first).toMatchObject({ users: [{ username: 'ann' }], next_cursor: 'ann' });
    const second = await simulate({ phase: 'full' }, '?limit=1&cursor=ann');
    expect(namesOf(second)).toEqual(['vic']);
    expect(await root.post('/admin/rollout/simulate', { phase: 'soft', roles: ['user'] })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '#/roles' }] },
    });
    const nobody = await world.call('POST', '/admin/rollout/simulate', { phase: 'full' });
    expect(nobody.status).toBe(401);
  });
});

describe('PUT /admin/rollout that shuts out somebody at once', () => {
  test.each([undefined, 0, 1, 3])('RO-1 needs their number: %s is refused', async (confirmed) => {
    const { ann } = await people();
    const body = {
      phase: 'full',
      grace_days: 0,
      ...(confirmed !== undefined && { confirm_shut_out: confirmed }),
    };
    expect(await put(body)).toMatchObject({
      status: 409,
      type: '/problems/locks-out',
      body: { shut_out: 2 },
    });
    expect((await root.get('/admin/rollout')).body.phase).toBe('soft');
    expect((await ann.login()).status).toBe(200);
  });

  test('RO-1 does it with the right number, which the audit keeps', async () => {
    const { ann } = await people();
    expect((await put({ phase: 'full', grace_days: 0, confirm_shut_out: 2 })).status).toBe(200);
    expect((await ann.login()).status).toBe(403);
    const { events } = (await root.get('/admin/audit?type=rollout_changed')).body;
    expect(events[0].detail).toMatchObject({ shut_out: 2 });
    // who is shut out already is not shut out again
    expect((await put({ phase: 'full', grace_days: 1 })).status).toBe(200);
    expect(await eventsOf(world, ann.id)).not.toEqual([]);
  });

  test('RO-3 after a grace that ended while the rollout was turned back', async () => {
    const { vic } = await people();
    await put({ phase: 'gradual', roles: ['vendor'] });
    await vic.login();
    await put({ phase: 'soft' });
    wait(8 * day);
    root = await staff(world);
    expect(await put({ phase: 'full' })).toMatchObject({ status: 409, body: { shut_out: 1 } });
    expect((await put({ phase: 'full', confirm_shut_out: 1 })).status).toBe(200);
  });
});
