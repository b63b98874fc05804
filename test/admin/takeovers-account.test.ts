import { describe, expect, test } from 'vitest';
import { makeShares } from '../../src/features/user-admin/break-glass.ts';
import { codeOf, wait } from '../support/actor.ts';
import { because, house, move, notMeToken, report, trailOf } from '../support/approvals.ts';
import { withDevice } from '../support/devices.ts';
import { forgot, linksTo, reset } from '../support/links.ts';
import { allowPasskeys, passkeyActions, withPasskey } from '../support/passkeys.ts';
import { eventsOf, eventTypesOf } from '../support/second-factor.ts';
import { createAuthenticator } from '../support/software-authenticator.ts';
import { policyOf, staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const world = useRestoredWorld('policies and shares are for everybody');
const stolen = 'nine folded maps';
const tokenRequired = { status: 403, type: '/problems/mfa-token-required' };
const asThief = (username: string, more: Record<string, unknown> = {}) =>
  world.call('POST', '/auth/login', { username, password: stolen, area: 'public', ...more });

describe('TK-1 how a thief of the mailbox takes an account over, and what stops it', () => {
  test('a forgotten password by the mailbox, and then a factor of the thief', async () => {
    const ann = await world.user();
    const { bearer } = await ann.enrolTotp();
    await forgot(world, ann.username);
    const [link = ''] = await linksTo(world, ann.email);
    expect((await reset(world, link, stolen)).status).toBe(204);
    const { body } = await asThief(ann.username);
    expect(body).toMatchObject({ mfa_required: true });
    for (const token of [body.temp_token, bearer]) {
      const begun = await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer: token });
      expect(begun.status).toBe(401);
    }
    expect((await ann.verify(body.temp_token, '000000')).status).toBe(403);
    expect((await reset(world, link, 'ten folded maps')).status).toBe(401);
    expect((await eventTypesOf(world, ann.id)).slice(-4)).toEqual([
      ...['password_reset_requested', 'password_reset', 'mfa_challenge', 'mfa_failed'],
    ]);
  });

  test('a forgotten password by the mailbox, for an account that has none', async () => {
    await allowPasskeys(world, 'public');
    const ann = await withPasskey(world);
    const { logIn } = passkeyActions(world);
    const { access_token: bearer } = (await logIn(ann.key)).body;
    expect((await world.call('DELETE', '/auth/password', undefined, { bearer })).status).toBe(204);
    await forgot(world, ann.username);
    const [link = ''] = await linksTo(world, ann.email);
    const by = (more: object) =>
      world.call('POST', '/auth/password/reset', { token: link, new_password: stolen, ...more });
    for (const more of [{}, { recovery_code: 'AAAA-AAAA-AAAA-AAAA' }])
      expect((await by(more)).status).toBeGreaterThanOrEqual(400);
    expect((await asThief(ann.username)).status).toBe(401);
    expect((await logIn(ann.key)).status).toBe(200);
    const types = await eventTypesOf(world, ann.id);
    expect(types).toContain('password_reset_requested');
    expect(types).not.toContain('password_reset');
  });

  test('the thief locks the account by the link of a letter, and talks the helpdesk into opening it', async () => {
    const { harry, ann, totp } = await house(world, 'none');
    await world.call(
      'POST',
      '/auth/mfa/recovery-codes/regenerate',
      { password: ann.password },
      { bearer: totp.bearer },
    );
    const token = await notMeToken(world, ann.email);
    expect((await report(world, token)).status).toBe(204);
    expect((await harry.post(`/admin/users/${ann.id}/unlock`, because)).status).toBe(204);
    await forgot(world, ann.username);
    const [link = ''] = await linksTo(world, ann.email);
    await reset(world, link, stolen);
    const { body } = await asThief(ann.username);
    expect(body).toMatchObject({ mfa_required: true });
    expect(body.access_token).toBeUndefined();
    expect(await trailOf(world, { harry }, ann.id, ['user_unlocked', 'password_reset'])).toEqual([
      ...['account_reported by nobody', 'user_unlocked by harry', 'password_reset by nobody'],
    ]);
  });

  test('the first link of an invitation is kept, and used after the helpdesk has sent another', async () => {
    const { harry, ada } = await house(world, 'none');
    const invited = { username: 'newcomer', email: 'newcomer@county.example', roles: ['user'] };
    const { body } = await ada.post('/admin/users', invited);
    const [first = ''] = await linksTo(world, invited.email);
    expect((await harry.post(`/admin/users/${body.id}/password-reset`, because)).status).toBe(204);
    const [second = ''] = await linksTo(world, invited.email);
    expect((await reset(world, first, stolen)).status).toBe(401);
    expect((await asThief('newcomer')).status).toBe(401);
    expect((await reset(world, second, 'eight dry umbrellas')).status).toBe(204);
    expect((await reset(world, second, stolen)).status).toBe(401);
    const types = await eventTypesOf(world, body.id);
    expect(types.filter((type) => type === 'password_reset')).toHaveLength(1);
    expect(types).toEqual(expect.arrayContaining(['user_invited', 'password_reset_requested']));
  });
});

describe('TK-1 how a thief of a session or a device takes an account over, and what stops it', () => {
  test('a stolen session binds a passkey of the thief', async () => {
    const ann = await world.user();
    const { bearer, secret } = await ann.enrolTotp();
    wait(301);
    const passkey = { method: 'webauthn', passkey: true };
    for (const body of [passkey, { method: 'totp' }, { method: 'email', email: 'mallory@example.com' }])
      expect(await world.call('POST', '/auth/mfa/enroll', body, { bearer })).toMatchObject(tokenRequired);
    const key = createAuthenticator();
    const invented = key.register({ challenge: 'AAAA', rp: { id: 'localhost' }, user: { id: 'AAAA' } });
    const answer = { response: invented };
    const confirmed = await world.call('POST', '/auth/mfa/verify-enrollment', answer, { bearer });
    expect(confirmed.status).toBeGreaterThanOrEqual(400);
    const status = (await world.call('GET', '/auth/mfa/status', undefined, { bearer })).body;
    expect(status.factors.map(({ method }: { method: string }) => method)).toEqual(['totp']);
    expect((await ann.loginWithTotp(secret)).status).toBe(200);
    const refused = (await eventsOf(world, ann.id)).filter(({ type }) => type === 'authz_fail');
    expect(refused.length).toBeGreaterThanOrEqual(3);
  });

  test('a stolen session makes new recovery codes, switches the factor off, or gives the password up', async () => {
    const ann = await world.user();
    const { bearer, codes, secret } = await ann.enrolTotp();
    wait(301);
    const { password } = ann;
    const post = (path: string, body: Record<string, unknown>) => world.call('POST', path, body, { bearer });
    const regenerate = await post('/auth/mfa/recovery-codes/regenerate', { password });
    expect(regenerate).toMatchObject(tokenRequired);
    expect((await post('/auth/mfa/disable', { password })).status).toBe(403);
    const change = { current_password: password, new_password: stolen };
    expect((await post('/auth/password', change)).status).toBe(403);
    expect((await world.call('DELETE', '/auth/password', undefined, { bearer })).status).toBe(403);
    const { body } = await ann.login();
    expect((await ann.verify(body.temp_token, codes[0] ?? '')).status).toBe(200); // the owner's codes still work
    wait(30);
    expect((await ann.loginWithTotp(secret)).status).toBe(200);
    const types = await eventTypesOf(world, ann.id);
    expect(types).not.toContain('mfa_recovery_codes_regenerated');
    expect(types).toContain('authz_fail');
  });

  test('the token of a trusted device is stolen, and the owner changes the password', async () => {
    const { ann, token, loginWithDevice, fresh } = await withDevice(world);
    const bearer = await fresh();
    const change = { current_password: ann.password, new_password: 'eight dry umbrellas' };
    expect((await world.call('POST', '/auth/password', change, { bearer })).status).toBe(204);
    expect((await loginWithDevice()).status).toBe(401); // the old password
    const again = { username: ann.username, password: 'eight dry umbrellas', area: 'public' };
    const login = await world.call('POST', '/auth/login', { ...again, trusted_device: token });
    expect(login.body).toMatchObject({ mfa_required: true });
    expect(login.body.access_token).toBeUndefined();
    const types = await eventTypesOf(world, ann.id);
    expect(types).toEqual(expect.arrayContaining(['trusted_device_added', 'authn_password_change']));
    expect(types).not.toContain('mfa_waived');
  });

  test('the token of a trusted device changes no factor, also with the right password', async () => {
    const { ann, loginWithDevice, secret } = await withDevice(world);
    const { access_token: bearer } = (await loginWithDevice()).body;
    const begun = await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    expect(begun).toMatchObject(tokenRequired);
    const { password } = ann;
    const off = await world.call('POST', '/auth/mfa/disable', { password }, { bearer });
    expect(off.status).toBe(403);
    expect((await ann.login('admin')).status).toBe(403);
    wait(30);
    expect((await ann.loginWithTotp(secret)).status).toBe(200);
    expect(await eventTypesOf(world, ann.id)).toContain('mfa_waived');
  });
});

describe('TK-1 how an accomplice with power takes an account over, and what stops it', () => {
  test('the policy is weakened through every door, by one administrator', async () => {
    const { ada, ann, totp } = await house(world);
    const eve = await staff(world);
    const weak = await policyOf(ada, 'public', { mfa: 'none', min_acr: 'urn:sallyport:acr:1plus' });
    const put = (body: Record<string, unknown>) => ada.put('/admin/areas/public', { ...body, ...because });
    const asked = await put(weak);
    expect(asked).toMatchObject({ status: 202, body: { action: 'policy_change' } });
    expect((await put({ preset: 'pci' })).status).toBe(409); // one request at a time
    expect((await put({ ...weak, report_only: true })).status).toBe(200); // it refuses and opens nothing
    expect((await ann.login()).body).toMatchObject({ mfa_required: true });
    expect(await move(ada, asked.body.id, 'execute')).toMatchObject({ body: { reason: 'approval_missing' } });
    expect((await move(eve, asked.body.id, 'refuse')).status).toBe(200);
    expect(await move(ada, asked.body.id, 'execute')).toMatchObject({ body: { reason: 'approval_over' } });
    expect((await ann.login()).body).toMatchObject({ mfa_required: true });
    wait(30);
    expect((await ann.loginWithTotp(totp.secret)).status).toBe(200);
    const { db } = world.database;
    const types = ['approval_asked', 'approval_refused', 'policy_tried', 'policy_changed'] as const;
    const trail = await db.selectFrom('auditEvents').select('type').where('type', 'in', types).execute();
    expect(trail.map(({ type }) => type).sort()).toEqual([
      ...['approval_asked', 'approval_refused', 'policy_tried'],
    ]);
  });

  test('somebody who has a factor is exempted, so that the password is enough', async () => {
    const { ada, ann } = await house(world, 'none');
    const endsAt = new Date(Date.now() + 86_400_000).toISOString();
    const exemption = { user_id: ann.id, reason: 'x', ends_at: endsAt, approved_by: 'J. Roe, CISO' };
    expect((await ada.post('/admin/exemptions', exemption)).status).toBe(201);
    const { body } = await ann.login();
    expect(body).toMatchObject({ mfa_required: true });
    expect(body.access_token).toBeUndefined();
    expect(await trailOf(world, { ada }, ann.id, ['exemption_made', 'mfa_challenge'])).toEqual([
      'exemption_made by ada',
      'mfa_challenge by nobody with totp',
    ]);
  });

  test('too few recovery shares are combined with guesses, and with shares of an earlier set', async () => {
    const ada = await staff(world);
    const make = () => makeShares(world.deps, consoleContext(), { shares: 5, needed: 3 });
    const [old, [one = '', two = '']] = [await make(), await make()];
    const tries = [[one, two], [one, two, two], [one, two, old[2] ?? ''], old.slice(0, 3)];
    for (const shares of tries) {
      const answer = await world.call('POST', '/auth/break-glass', { shares, username: ada.username });
      expect(answer).toMatchObject({ status: 401, type: '/problems/invalid-token' });
      expect(answer.body.token).toBeUndefined();
    }
    expect((await ada.get('/admin/rollout')).status).toBe(200); // her session and her factor are as they were
    expect((await ada.login('admin')).body).toMatchObject({ mfa_required: true });
    const { db } = world.database;
    const used = db.selectFrom('auditEvents').select('outcome').where('type', '=', 'break_glass_used');
    expect((await used.execute()).map(({ outcome }) => outcome)).toEqual(tries.map(() => 'failure'));
  });

  test('the account is disabled and enabled again, to shake its factor off', async () => {
    const { ada, ann, totp } = await house(world, 'none');
    await ada.act('PATCH', `/admin/users/${ann.id}`, { status: 'disabled' });
    await ada.act('PATCH', `/admin/users/${ann.id}`, { status: 'active' });
    await ada.act('PATCH', `/admin/users/${ann.id}`, { roles: ['vendor'] });
    const { body } = await ann.login();
    expect(body).toMatchObject({ mfa_required: true });
    wait(30);
    expect((await ann.verify(body.temp_token, codeOf(totp.secret))).status).toBe(200);
    expect(await trailOf(world, { ada }, ann.id, ['user_disabled', 'user_enabled'])).toEqual([
      ...['user_disabled by ada', 'user_enabled by ada', 'user_roles_changed by ada'],
    ]);
  });
});
