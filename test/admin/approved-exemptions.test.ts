import { beforeEach, describe, expect, test } from 'vitest';
import { move, setRules } from '../support/approvals.ts';
import { eventsOf } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';

const world = useRestoredWorld('the approval rules are for everybody', { preset: 'nydfs' });
const day = 86_400;
const inDays = (days: number) => new Date(Date.now() + days * day * 1000).toISOString();
const reason = 'The terminal of the vault takes no second factor';
const approver = 'J. Roe, CISO, memo 2026-14';
let root: Staff;
beforeEach(async () => {
  root = await staff(world);
});

const exempt = (user: { readonly id: string }, more: Record<string, unknown> = {}, by = root) =>
  by.post('/admin/exemptions', {
    user_id: user.id,
    ...{ reason, ends_at: inDays(300), approved_by: approver },
    ...more,
  });

const mustEnrol = { status: 403, type: '/problems/mfa-enrollment-required' };

describe('an exemption that the CISO approved, with the preset nydfs', () => {
  test('RO-5 opens the area to its user until it ends, and names who approved it', async () => {
    const ann = await world.user();
    expect(await ann.login()).toMatchObject(mustEnrol);
    const made = await exempt(ann);
    expect(made).toMatchObject({ status: 201, body: { approved_by: approver, owner_id: root.id } });
    const { body } = await ann.login();
    expect((await world.call('GET', '/auth/me', undefined, { bearer: body.access_token })).status).toBe(200);
    const refreshed = await world.call('POST', '/auth/refresh', { refresh_token: body.refresh_token });
    expect(refreshed.status).toBe(200);
    const [event] = (await eventsOf(world, ann.id)).filter(({ type }) => type === 'exemption_made');
    expect(event).toMatchObject({ actorId: root.id, detail: { reason, approved_by: approver } });

    expect((await root.remove(`/admin/exemptions/${made.body.id}`)).status).toBe(204);
    const bearer = refreshed.body.access_token;
    expect((await world.call('GET', '/api/sensitive-data', undefined, { bearer })).status).toBe(403);
    expect(await ann.login()).toMatchObject(mustEnrol);
  });

  test('RO-5 opens nothing without a name of who approved it', async () => {
    const ann = await world.user();
    for (const approved_by of [undefined, '', ' '])
      expect(await exempt(ann, { approved_by })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '#/approved_by' }] },
      });
    const [now, endsAt] = [new Date(), new Date(Date.now() + day * 1000)];
    const before = {
      id: crypto.randomUUID(),
      userId: ann.id,
      ownerId: root.id,
      reason,
      createdAt: now,
      endsAt,
    };
    await world.database.db.insertInto('exemptions').values(before).execute(); // as with another preset
    expect(await ann.login()).toMatchObject(mustEnrol);
  });

  test('RO-5 lasts a year at most', async () => {
    const ann = await world.user();
    expect(await exempt(ann, { ends_at: inDays(365.1) })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '#/ends_at', detail: 'At most 365 days from now' }] },
    });
    expect((await exempt(ann, { ends_at: inDays(365) })).status).toBe(201);
  });

  test('RO-5 never opens the area admin, and never after a reset by the helpdesk', async () => {
    const [ada, ann] = [await world.user({ roles: ['admin'] }), await world.user()];
    await exempt(ada);
    expect(await ada.login('admin')).toMatchObject(mustEnrol);
    await exempt(ann);
    expect((await ann.login()).status).toBe(200);
    await root.post(`/admin/users/${ann.id}/mfa/reset`, { reason: 'x' });
    expect(await ann.login()).toMatchObject(mustEnrol);
  });

  test('is known to a simulation', async () => {
    const [ann, ben] = [await world.user(), await world.user()];
    await exempt(ann);
    const { body } = await root.post('/admin/areas/public/simulate', { preset: 'nydfs' });
    const refused = body.users.map(({ id }: { id: string }) => id);
    expect([refused.includes(ann.id), refused.includes(ben.id)]).toEqual([false, true]);
  });

  test('keeps the name through the approval of a second person', async () => {
    const eve = await staff(world);
    await setRules(world, 'second_person');
    const ann = await world.user();
    const { status, body } = await exempt(ann);
    expect(status).toBe(202);
    await move(eve, body.id, 'approve');
    expect((await move(root, body.id, 'execute')).status).toBe(200);
    const { exemptions } = (await root.get('/admin/exemptions')).body;
    expect(exemptions).toMatchObject([{ user_id: ann.id, approved_by: approver }]);
    expect((await ann.login()).status).toBe(200);
  });
});
