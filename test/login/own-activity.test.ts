import { describe, expect, test } from 'vitest';
import { activityTypes, eventTypes } from '../../src/domain/audit/events.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const activity = (bearer: string, query = '') =>
  world.call('GET', `/auth/activity${query}`, undefined, { bearer });

describe('GET /auth/activity', () => {
  test('lists what happened to the account, newest first, and nothing of others', async () => {
    const ann = await world.user();
    const bob = await world.user();
    await bob.login();
    await world.call('POST', '/auth/login', { username: ann.username, password: 'a wrong password' });
    const { bearer } = await ann.enrolTotp();
    const { status, body } = await activity(bearer);
    expect(status).toBe(200);
    const types = body.entries.map(({ type }: { type: string }) => type);
    expect(types[0]).toBe('mfa_factor_added');
    expect(types).toContain('authn_login_success');
    expect(types).toContain('authn_login_fail');
    expect(body.entries.every(({ by_helpdesk }: { by_helpdesk: boolean }) => !by_helpdesk)).toBe(true);
    const own = (await activity((await bob.login()).body.access_token)).body.entries;
    expect(own.map(({ type }: { type: string }) => type)).toEqual([
      'authn_login_success',
      'authn_login_success',
      'user_created',
    ]);
  });

  test('says that the helpdesk acted, but neither who nor why', async () => {
    const ann = await world.user();
    const desk = await staff(world, 'helpdesk');
    await desk.post(`/admin/users/${ann.id}/unlock`, { reason: 'Called back at the number on file' });
    const { body } = await activity((await ann.login()).body.access_token);
    expect(body.entries.find(({ type }: { type: string }) => type === 'user_unlocked')).toMatchObject({
      by_helpdesk: true,
    });
    expect(JSON.stringify(body)).not.toContain(desk.id);
    expect(JSON.stringify(body)).not.toContain('Called back');
  });

  test('comes in pages, and refuses a cursor of somebody else’s making', async () => {
    const ann = await world.user();
    for (let times = 0; times < 3; times += 1) await ann.login();
    const bearer = (await ann.login()).body.access_token;
    const first = (await activity(bearer, '?limit=3')).body;
    const second = (await activity(bearer, `?limit=3&cursor=${first.next_cursor}`)).body;
    expect([first.entries.length, second.entries.length, second.next_cursor]).toEqual([3, 2, null]);
    expect((await activity(bearer, '?cursor=bm9uZQ')).status).toBe(400);
  });

  test('shows only types of the audit', () => {
    for (const type of activityTypes) expect(eventTypes).toContain(type);
  });
});
