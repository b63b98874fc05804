import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { codeOf, wait } from '../support/actor.ts';
import { eventTypesOf } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const world = useWorld();
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() }));
afterEach(() => void vi.useRealTimers());

const change = (id: string, to: Parameters<typeof changeAccountStatus>[3]) =>
  changeAccountStatus(world.deps, consoleContext(), id, to);
const refresh = (token: string) => world.call('POST', '/auth/refresh', { refresh_token: token });
const me = (bearer: string) => world.call('GET', '/auth/me', undefined, { bearer });

describe('a disabled account', () => {
  test('SE-7, attack 37: loses access, refresh, proof, waiting logins and step-ups with the next request', async () => {
    const vic = await world.user({ roles: ['vendor'] });
    const { secret, bearer, refresh: refreshToken } = await vic.enrolTotp();
    const vendor = (await vic.login('vendor')).body.access_token;
    const { mfa_proof: proof } = (
      await world.call('POST', '/auth/mfa/proof', { mfa_token: codeOf(secret) }, { bearer: vendor })
    ).body;
    const temp = (await vic.login()).body.temp_token;
    const stepUp = (await world.call('POST', '/auth/mfa/step-up', {}, { bearer })).body.temp_token;
    const data = () => world.call('GET', '/api/sensitive-data', undefined, { bearer: vendor, mfa: proof });
    expect((await data()).status).toBe(200);
    expect((await me(bearer)).status).toBe(200);

    await change(vic.id, { status: 'disabled' });
    wait(30);
    expect((await me(bearer)).status).toBe(401);
    expect((await data()).status).toBe(401);
    expect((await refresh(refreshToken)).status).toBe(401);
    for (const token of [temp, stepUp]) {
      expect(await vic.verify(token, codeOf(secret))).toMatchObject({
        status: 401,
        type: '/problems/challenge-invalid',
      });
      expect((await world.call('POST', '/auth/mfa/challenge', { temp_token: token })).status).toBe(401);
    }
    expect(await vic.login()).toMatchObject({ status: 401, type: '/problems/invalid-credentials' });
    expect((await vic.login('public', { mfa_token: codeOf(secret) })).status).toBe(401);
    expect(await eventTypesOf(world, vic.id)).toContain('user_disabled');
  });

  test('SE-7, attack 37: enrols nothing with a token from before', async () => {
    const admin = await world.user({ roles: ['admin'] });
    const bearer = (await admin.login('admin')).body.enrollment_token;
    const begun = await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    expect(begun.status).toBe(200);
    await change(admin.id, { status: 'disabled' });
    expect((await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer })).status).toBe(401);
    const confirm = await world.call(
      'POST',
      '/auth/mfa/verify-enrollment',
      { token: codeOf(begun.body.secret) },
      { bearer },
    );
    expect(confirm.status).toBe(401);
  });

  test('SE-7: logs in again once it is enabled, and nothing from before comes back', async () => {
    const ann = await world.user();
    const before = (await ann.login()).body;
    await change(ann.id, { status: 'disabled' });
    await change(ann.id, { status: 'active' });
    expect((await me(before.access_token)).status).toBe(401);
    expect((await refresh(before.refresh_token)).status).toBe(401);
    expect((await ann.login()).status).toBe(200);
  });
});

describe('a change of roles', () => {
  test('SE-7: takes effect with the next request, in every area', async () => {
    const ann = await world.user({ roles: ['admin', 'vendor'] });
    const { secret } = await ann.enrolTotp();
    const admin = (await ann.loginWithTotp(secret, 'admin')).body;
    const vendor = (await ann.login('vendor')).body;
    expect((await me(admin.access_token)).body.user.roles).toEqual(['admin', 'vendor']);
    await change(ann.id, { roles: ['user'] });
    expect((await me(admin.access_token)).status).toBe(401);
    expect((await refresh(admin.refresh_token)).status).toBe(401);
    expect((await me(vendor.access_token)).status).toBe(401);
    expect(await ann.login('admin')).toMatchObject({ status: 403, type: '/problems/forbidden' });
    expect(await ann.login('vendor')).toMatchObject({ status: 403, type: '/problems/forbidden' });
    expect(await eventTypesOf(world, ann.id)).toContain('user_roles_changed');
  });

  test('SE-7: closes an area to a login that is pending', async () => {
    const ann = await world.user({ roles: ['admin'] });
    const { secret } = await ann.enrolTotp();
    const temp = (await ann.login('admin')).body.temp_token;
    await change(ann.id, { roles: ['user'] });
    expect(await ann.verify(temp, codeOf(secret))).toMatchObject({
      status: 401,
      type: '/problems/challenge-invalid',
    });
  });

  test('SE-7: leaves an enrolment token nothing to open', async () => {
    const ann = await world.user({ roles: ['admin'] });
    const bearer = (await ann.login('admin')).body.enrollment_token;
    const begun = await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    await change(ann.id, { roles: ['user'] });
    const again = await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    expect(again).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
    const confirm = await world.call(
      'POST',
      '/auth/mfa/verify-enrollment',
      { token: codeOf(begun.body.secret) },
      { bearer },
    );
    expect(confirm).toMatchObject({ status: 401, type: '/problems/invalid-token' });
  });
});

test('SE-7 roles that were taken take effect, though the session was left as it is', async () => {
  const ann = await world.user({ roles: ['vendor'] });
  const bearer = (await ann.login('vendor')).body.access_token;
  await world.deps.db
    .updateTable('users')
    .set({ roles: ['user'] })
    .where('id', '=', ann.id)
    .execute();
  wait(6); // what an instance remembers
  expect((await world.call('GET', '/auth/me', undefined, { bearer })).status).toBe(401);
});
