import { afterEach, describe, expect, test, vi } from 'vitest';
import { sweep } from '../../db/sweep.ts';
import { presets } from '../../src/domain/policy/policy.ts';
import { toStored } from '../../src/domain/policy/stored-policy.ts';
import { wait } from '../support/actor.ts';
import { day, devicesOf, setPolicy, withDevice } from '../support/devices.ts';
import { eventsOf, eventTypesOf } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
afterEach(async () => {
  await setPolicy(world, 'public', toStored(presets.standard.public));
  vi.useRealTimers();
});

const remove = (bearer: string, id?: string) =>
  world.call('DELETE', `/auth/trusted-devices${id ? `/${id}` : ''}`, undefined, { bearer });
const isLive = async (bearer: string) =>
  (await world.call('GET', '/auth/me', undefined, { bearer })).status === 200;
const unknown = '00000000-0000-4000-8000-000000000000';

describe('the list of trusted devices', () => {
  test('holds those that are trusted still, newest first', async () => {
    const { trust, fresh, token, loginWithDevice } = await withDevice(world);
    wait(20 * day);
    await trust();
    const bearer = await fresh();
    const [newer, older] = await devicesOf(world, bearer);
    expect(Date.parse(newer.created_at)).toBeGreaterThan(Date.parse(older.created_at));
    wait(10 * day);
    expect(await devicesOf(world, await fresh())).toMatchObject([{ id: newer.id }]);
    expect((await loginWithDevice(token)).body.mfa_required).toBe(true);
  });

  test('shows the end by the current policy', async () => {
    const { bearer } = await withDevice(world);
    const [{ created_at }] = await devicesOf(world, bearer);
    await setPolicy(world, 'public', { trustedDeviceSeconds: day });
    const sooner = new Date(Date.parse(created_at) + day * 1000).toISOString();
    expect(await devicesOf(world, bearer)).toMatchObject([{ expires_at: sooner }]);
    await setPolicy(world, 'public', { trustedDeviceSeconds: 90 * day });
    const asBefore = new Date(Date.parse(created_at) + 30 * day * 1000).toISOString();
    expect(await devicesOf(world, bearer)).toMatchObject([{ expires_at: asBefore }]);
    await setPolicy(world, 'public', { trustedDeviceSeconds: null });
    expect(await devicesOf(world, bearer)).toEqual([]);
  });
});

describe('a device that its owner distrusts', () => {
  test('asks for the second step again, and the session that it opened ends at once', async () => {
    const { loginWithDevice, token, id, bearer, trust } = await withDevice(world);
    const other = await trust();
    const opened = await loginWithDevice(token);
    const [, older] = await devicesOf(world, bearer);
    expect(await remove(bearer, older.id)).toMatchObject({ status: 204, body: null });
    expect((await loginWithDevice(opened.body.trusted_device)).body.mfa_required).toBe(true);
    expect(await isLive(opened.body.access_token)).toBe(false);
    expect(await isLive(bearer)).toBe(true); // it has shown a factor itself
    expect((await loginWithDevice(other)).body.mfa_required).toBe(false);
    const events = (await eventsOf(world, id)).find(({ type }) => type === 'trusted_device_removed');
    expect(events).toMatchObject({ outcome: 'success', area: 'public', detail: { device: older.id } });
    expect(await remove(bearer, older.id)).toMatchObject({ status: 404, type: '/problems/not-found' });
  });

  test('may be the one in hand: then this session ends too, unless it has stepped up', async () => {
    const { loginWithDevice, freshCode } = await withDevice(world);
    const first = await loginWithDevice();
    const { body: challenge } = await world.call(
      'POST',
      '/auth/mfa/step-up',
      {},
      { bearer: first.body.access_token },
    );
    const raised = await world.call('POST', '/auth/mfa/verify', {
      temp_token: challenge.temp_token,
      mfa_token: freshCode(),
    });
    const second = await loginWithDevice(first.body.trusted_device);
    const bearer: string = second.body.access_token;
    const [{ id }] = await devicesOf(world, bearer);
    expect((await remove(bearer, id)).status).toBe(204);
    expect(await isLive(bearer)).toBe(false);
    expect(await isLive(raised.body.access_token)).toBe(true);
  });

  test('can be all of them at once, audited once; none is not audited', async () => {
    const { loginWithDevice, token, id, bearer, trust } = await withDevice(world);
    const other = await trust();
    const opened = await loginWithDevice(token);
    expect((await remove(bearer)).status).toBe(204);
    expect(await devicesOf(world, bearer)).toEqual([]);
    expect((await loginWithDevice(other)).body.mfa_required).toBe(true);
    expect(await isLive(opened.body.access_token)).toBe(false);
    expect((await remove(bearer)).status).toBe(204);
    const events = (await eventsOf(world, id)).filter(({ type }) => type === 'trusted_device_removed');
    expect(events).toMatchObject([{ detail: { devices: 2 } }]);
  });

  test('is nobody else’s', async () => {
    const ann = await withDevice(world);
    const eve = await withDevice(world);
    const [{ id }] = await devicesOf(world, ann.bearer);
    const foreign = await remove(eve.bearer, id);
    const nothing = await remove(eve.bearer, unknown);
    expect(foreign).toMatchObject({ status: 404, type: '/problems/not-found' });
    expect({ ...foreign.body, instance: '' }).toEqual({ ...nothing.body, instance: '' });
    expect((await remove(eve.bearer)).status).toBe(204);
    expect(await devicesOf(world, ann.bearer)).toMatchObject([{ id }]);
    expect((await ann.loginWithDevice()).body.mfa_required).toBe(false);
    expect(await eventTypesOf(world, ann.id)).not.toContain('trusted_device_removed');
  });
});

test('what is over is swept, with its tokens; what is not stays', async () => {
  const { loginWithDevice, token, id } = await withDevice(world);
  await loginWithDevice(token);
  const count = async () => {
    const { db } = world.deps;
    const devices = await db.selectFrom('trustedDevices').select('id').where('userId', '=', id).execute();
    const ids = devices.map((device) => device.id);
    const tokens = db.selectFrom('deviceTokens').select('tokenHash');
    const of = ids.length > 0 ? await tokens.where('deviceId', 'in', ids).execute() : [];
    return { devices: ids.length, tokens: of.length };
  };
  wait(29 * day);
  await sweep(world.deps.db, new Date());
  expect(await count()).toEqual({ devices: 1, tokens: 2 });
  wait(2 * day);
  await sweep(world.deps.db, new Date());
  expect(await count()).toEqual({ devices: 0, tokens: 0 });
  const left = await world.deps.db.selectFrom('deviceTokens').selectAll().execute();
  expect(left.filter(({ createdAt }) => createdAt < new Date(Date.now() - 30 * day * 1000))).toEqual([]);
});
