import { beforeEach, describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { devicesOf } from '../support/devices.ts';
import { forgot, linksTo, reset } from '../support/links.ts';
import { allowPasskeys, passkeyActions, withPasskey } from '../support/passkeys.ts';
import { claimsOf, eventTypesOf, mailsTo, unknownRecoveryCode } from '../support/second-factor.ts';
import { createAuthenticator } from '../support/software-authenticator.ts';
import { staff } from '../support/staff.ts';
import { useRestoredWorld, useWorld } from '../support/use-world.ts';
import { goodPassword } from '../support/world.ts';

const newPassword = 'nine folded maps';

describe('an account without a password', () => {
  const world = useWorld();
  const { logIn } = passkeyActions(world);
  beforeEach(() => allowPasskeys(world, 'public'));

  const remove = (bearer: string) => world.call('DELETE', '/auth/password', undefined, { bearer });
  const statusOf = async (bearer: string) =>
    (await world.call('GET', '/auth/mfa/status', undefined, { bearer })).body;

  /** Somebody with a passkey and recovery codes who gave the password up. */
  async function withoutPassword(given: Parameters<typeof withPasskey>[1] = {}) {
    const ann = await withPasskey(world, given);
    const bearer: string = (await logIn(ann.key)).body.access_token;
    expect((await remove(bearer)).status).toBe(204);
    await mailsTo(world, ann.email);
    return { ...ann, bearer };
  }

  test('PK-4 goes on by passkeys, and its old password opens nothing', async () => {
    const ann = await withPasskey(world);
    const other: string = (await logIn(ann.key)).body.access_token;
    const bearer: string = (await logIn(ann.key)).body.access_token;
    expect(await statusOf(bearer)).toMatchObject({ may_go_passwordless: true });
    expect((await remove(bearer)).status).toBe(204);
    expect(await ann.login()).toMatchObject({ status: 401, type: '/problems/invalid-credentials' });
    expect((await world.call('GET', '/auth/me', undefined, { bearer: other })).status).toBe(401);
    expect(await statusOf(bearer)).toMatchObject({ passwordless: true });
    expect((await statusOf(bearer)).may_go_passwordless).toBeUndefined();
    const { body } = await logIn(ann.key);
    expect(claimsOf(body.access_token)).toMatchObject({ sub: ann.id, acr: 'phr' });
    const [notice] = (await mailsTo(world, ann.email)).slice(-1);
    expect(notice?.subject).toContain('no password any more');
    expect(await eventTypesOf(world, ann.id)).toContain('password_removed');
    expect((await remove(bearer)).status).toBe(204); // once more changes nothing
  });

  test('PK-4 only after a passkey that was just shown', async () => {
    const ann = await withPasskey(world);
    const { secret } = await ann.enrolTotp(ann.bearer);
    const { temp_token } = (await ann.login()).body;
    await world.call('POST', '/auth/mfa/challenge', { temp_token, method: 'totp' });
    const byCode: string = (await ann.verify(temp_token, codeOf(secret))).body.access_token;
    expect(await remove(byCode)).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-required',
      body: { acr_values: 'phr' },
    });
    const later: string = (await logIn(ann.key)).body.access_token;
    wait(301);
    expect(await remove(later)).toMatchObject({ status: 403, type: '/problems/mfa-token-required' });
  });

  test('PK-4 only with two passkeys, or one and recovery codes', async () => {
    const ann = await withPasskey(world);
    await world.database.db
      .deleteFrom('factors')
      .where('userId', '=', ann.id)
      .where('isBackup', '=', true)
      .execute();
    const bearer: string = (await logIn(ann.key)).body.access_token;
    expect(await remove(bearer)).toMatchObject({ status: 409, body: { reason: 'too_few_passkeys' } });
    expect((await ann.login()).status).toBe(200);
    const second = await ann.enrolKey(createAuthenticator(), bearer, { passkey: true });
    expect((await remove(second.bearer)).status).toBe(204);
  });

  test('PK-4 keeps what opens it', async () => {
    const ann = await withoutPassword();
    const gone = (id: string, bearer: string) =>
      world.call('DELETE', `/auth/mfa/factors/${id}`, undefined, { bearer });
    expect(await gone(ann.factorId, ann.bearer)).toMatchObject({
      status: 409,
      type: '/problems/last-factor',
    });
    const off = await world.call('POST', '/auth/mfa/disable', {}, { bearer: ann.bearer });
    expect(off).toMatchObject({ status: 409, type: '/problems/last-factor' });
    const second = await ann.enrolKey(createAuthenticator(), ann.bearer, { passkey: true });
    expect((await gone(ann.factorId, second.bearer)).status).toBe(204);
    expect((await logIn(second.key)).status).toBe(200);
  });

  test('PK-4 gets new recovery codes by a fresh passkey; other accounts still need the password', async () => {
    const ann = await withoutPassword();
    const url = '/auth/mfa/recovery-codes/regenerate';
    expect((await world.call('POST', url, {}, { bearer: ann.bearer })).body.codes).toHaveLength(10);
    wait(301);
    expect(await world.call('POST', url, {}, { bearer: ann.bearer })).toMatchObject({ status: 403 });
    const bob = await withPasskey(world);
    expect(await world.call('POST', url, {}, { bearer: bob.bearer })).toMatchObject({ status: 400 });
    expect(await world.call('POST', url, { password: 'wrong' }, { bearer: bob.bearer })).toMatchObject({
      status: 401,
    });
  });

  test('PK-4 cannot get a password from a session: only recovery gives one', async () => {
    const ann = await withoutPassword();
    const body = { current_password: goodPassword, new_password: newPassword };
    expect(await world.call('POST', '/auth/password', body, { bearer: ann.bearer })).toMatchObject({
      status: 401,
      type: '/problems/invalid-password',
    });
  });

  test('PK-4 attack 54 a mailbox alone sets no password', async () => {
    const ann = await withoutPassword();
    await forgot(world, ann.username);
    const [token = ''] = await linksTo(world, ann.email);
    const link = await world.call('POST', '/auth/password/link', { token });
    expect(link.body).toMatchObject({ username: ann.username, passwordless: true });
    expect(await reset(world, token)).toMatchObject({ status: 400 });
    const by = (recovery_code: string) =>
      world.call('POST', '/auth/password/reset', { token, new_password: newPassword, recovery_code });
    expect(await by('123456')).toMatchObject({ status: 400 });
    for (let one = 0; one < 3; one += 1)
      expect(await by(unknownRecoveryCode)).toMatchObject({
        status: 403,
        type: '/problems/mfa-token-invalid',
      });
    expect(await by(ann.codes[0] ?? '')).toMatchObject({ status: 429 });
    expect(await ann.login('public', { password: newPassword })).toMatchObject({ status: 401 });
  });

  test('PK-4 comes back by the mailbox and a recovery code, and still needs a second step', async () => {
    const ann = await withoutPassword();
    await forgot(world, ann.username);
    const [token = ''] = await linksTo(world, ann.email);
    const body = { token, new_password: newPassword, recovery_code: ann.codes[0] };
    expect((await world.call('POST', '/auth/password/reset', body)).status).toBe(204);
    const login = await ann.login('public', { password: newPassword });
    expect(login.body).toMatchObject({ mfa_required: true });
    const spent = await ann.verify(login.body.temp_token, ann.codes[0] ?? '');
    expect(spent.status).toBe(403);
    const passed = await ann.verify(login.body.temp_token, ann.codes[1] ?? '');
    expect(passed.status).toBe(200);
    expect(await statusOf(passed.body.access_token)).not.toHaveProperty('passwordless');
  });

  test('PK-4 comes back by the helpdesk, as every account does', async () => {
    const ann = await withoutPassword();
    const desk = await staff(world, 'helpdesk');
    const asked = await desk.post(`/admin/users/${ann.id}/password-reset`, {
      reason: 'She has lost every device',
      ticket: 'T-1',
    });
    expect(asked.status).toBeLessThan(300);
    const [token = ''] = await linksTo(world, ann.email);
    const link = await world.call('POST', '/auth/password/link', { token });
    expect(link.body).not.toHaveProperty('passwordless');
    expect((await reset(world, token)).status).toBe(204);
  });

  test('PK-4 attack 54 is not invited: an invitation would set a password by the mailbox alone', async () => {
    const ann = await withoutPassword();
    const desk = await staff(world, 'helpdesk');
    expect((await desk.get(`/admin/users/${ann.id}`)).body).toMatchObject({
      password_set: true,
      passwordless: true,
    });
    const answer = await desk.post(`/admin/users/${ann.id}/invitation`, { reason: 'She asks for a link' });
    expect(answer.body).toMatchObject({ status: 409, reason: 'password_set' });
    expect(await linksTo(world, ann.email)).toEqual([]);
  });

  test('PK-4 leaves no trusted device and no link of before', async () => {
    const ann = await withPasskey(world);
    const { temp_token, challenge } = (await ann.login()).body;
    const response = ann.key.assert(challenge.options);
    const trusting = { temp_token, response, remember_device: true };
    expect((await world.call('POST', '/auth/mfa/verify', trusting)).body.trusted_device).toBeTruthy();
    await forgot(world, ann.username);
    const [token = ''] = await linksTo(world, ann.email);
    const bearer: string = (await logIn(ann.key)).body.access_token;
    expect(await devicesOf(world, bearer)).toHaveLength(1);
    expect((await remove(bearer)).status).toBe(204);
    expect(await devicesOf(world, bearer)).toEqual([]);
    expect(await reset(world, token)).toMatchObject({ status: 401 });
  });
});

describe('the policy and an account without a password', () => {
  const world = useRestoredWorld('a policy is of all users');
  const { logIn } = passkeyActions(world);

  test('PK-4 it stays where no area takes a passkey alone', async () => {
    const ann = await withPasskey(world);
    const bearer = ann.bearer;
    expect(await world.call('DELETE', '/auth/password', undefined, { bearer })).toMatchObject({
      status: 409,
      body: { reason: 'passkeys_off' },
    });
  });

  test('PK-4 a simulation tells whom a return to passwords would shut out', async () => {
    const root = await staff(world);
    await allowPasskeys(world, 'public');
    const ann = await withPasskey(world);
    const bearer: string = (await logIn(ann.key)).body.access_token;
    await world.call('DELETE', '/auth/password', undefined, { bearer });
    const { policy } = (await root.get('/admin/areas/public')).body;
    const simulate = (first_factor: string) =>
      root.post('/admin/areas/public/simulate', { ...policy, first_factor });
    const shut = { id: ann.id, username: ann.username, reason: 'no_password', newly: true };
    expect((await simulate('password')).body.users).toEqual([shut]);
    expect((await simulate('either')).body.counts).toMatchObject({ refused: 0 });
  });

  test('PK-4 the last administrator who can log in does not lose the way in', async () => {
    const root = await withPasskey(world, { roles: ['admin'] });
    await allowPasskeys(world, 'admin');
    const bearer: string = (await logIn(root.key, {}, 'admin')).body.access_token;
    expect((await world.call('DELETE', '/auth/password', undefined, { bearer })).status).toBe(204);
    const policy = (await world.call('GET', '/admin/areas/admin', undefined, { bearer })).body.policy;
    const back = { ...policy, first_factor: 'password' };
    expect(await world.call('PUT', '/admin/areas/admin', back, { bearer })).toMatchObject({
      status: 409,
      type: '/problems/locks-out',
    });
  });

  test('PK-4 an administrator without a password counts as one who can log in, and as one who can approve', async () => {
    const root = await withPasskey(world, { roles: ['admin'] });
    await allowPasskeys(world, 'admin');
    const bearer: string = (await logIn(root.key, {}, 'admin')).body.access_token;
    expect((await world.call('DELETE', '/auth/password', undefined, { bearer })).status).toBe(204);
    const boss = await staff(world);
    expect((await boss.get('/admin/approval-rules')).body).toMatchObject({ administrators: 2 });
    const demote = await world.call('PATCH', `/admin/users/${boss.id}`, { roles: ['user'] }, { bearer });
    expect(demote.status).toBe(200);
  });
});
