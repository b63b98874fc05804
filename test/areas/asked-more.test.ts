import { beforeEach, describe, expect, test } from 'vitest';
import { wait } from '../support/actor.ts';
import { withDevice } from '../support/devices.ts';
import { policyOf, type Staff, staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';

const world = useRestoredWorld('it counts all users');
let root: Staff;
beforeEach(async () => {
  root = await staff(world);
});

/** Whom a change asks for more, by name, and why. */
async function askedMore(area: string, change: Record<string, unknown>) {
  const policy = await policyOf(root, area, change);
  const url = `/admin/areas/${area}/simulate?list=asked_more`;
  const { status, body } = await root.post(url, policy);
  expect(status).toBe(200);
  const rows = body.users.map(({ username, reason }: Record<string, string>) => [username, reason]);
  expect(body.counts.asked_more).toBe(rows.length);
  return Object.fromEntries(rows);
}

describe('whom a policy asks for more than the present one', () => {
  test('RO-1 users who need their factor, in an area that did not ask for it', async () => {
    const vic = await world.user({ username: 'vic', roles: ['vendor'] });
    await vic.enrolTotp();
    const bare = await world.user({ username: 'bare', roles: ['vendor'] });
    expect(await askedMore('vendor', { mfa: 'required' })).toEqual({ vic: 'factor' });
    expect(await askedMore('vendor', { access_seconds: 600 })).toEqual({});
    await root.put('/admin/areas/vendor', await policyOf(root, 'vendor', { mfa: 'required' }));
    expect((await vic.login('vendor')).body.mfa_required).toBe(true);
    expect((await bare.login('vendor')).status).toBe(403); // refused, and so not asked for more
    expect(await askedMore('vendor', {})).toEqual({});
  });

  test('RO-1 users who lose one factor and keep another', async () => {
    const ann = await world.user({ username: 'ann' });
    const { bearer } = await ann.enrolTotp();
    await ann.enrolSent('email', { email: ann.email }, bearer);
    const bob = await world.user({ username: 'bob' });
    await bob.enrolSent('email', { email: bob.email });
    const zoe = await world.user({ username: 'zoe' });
    await zoe.enrolTotp();
    const change = { min_acr: 'urn:sallyport:acr:2' };
    expect(await askedMore('public', change)).toEqual({ ann: 'other_factor' });
    const { counts, users } = (
      await root.post('/admin/areas/public/simulate', await policyOf(root, 'public', change))
    ).body;
    expect(counts).toMatchObject({ newly_refused: 1, asked_more: 1 });
    expect(users).toMatchObject([{ username: 'bob', reason: 'no_factor_counts' }]);
  });

  test('RO-1 users whose trusted device is no longer trusted', async () => {
    const ann = await withDevice(world);
    expect(await askedMore('public', { trusted_device_days: null })).toEqual({
      [ann.username]: 'trusted_device',
    });
    expect(await askedMore('public', { trusted_device_days: 10 })).toEqual({});
    const { owner } = world.database;
    const set = { passwordChangedAt: new Date(Date.now() + 1_000) };
    await owner.updateTable('users').set(set).where('id', '=', ann.id).execute(); // no device is trusted since
    expect(await askedMore('public', { trusted_device_days: null })).toEqual({});
  });

  test('RO-1 nobody whose trust has ended by itself', async () => {
    await withDevice(world);
    wait(31 * 86_400);
    root = await staff(world);
    expect(await askedMore('public', { trusted_device_days: null })).toEqual({});
  });
});
