import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { presets } from '../../src/domain/policy/policy.ts';
import { toStored } from '../../src/domain/policy/stored-policy.ts';
import { wait } from '../support/actor.ts';
import { type DeviceOwner, day, setPolicy, stubTotpVerdict, withDevice } from '../support/devices.ts';
import { forgot, linksTo, reset } from '../support/links.ts';
import { eventTypesOf, freshPhone } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { goodPassword } from '../support/world.ts';

const world = useWorld();
let root: Staff;
beforeEach(async () => {
  root = await staff(world);
});
afterEach(() => setPolicy(world, 'public', toStored(presets.standard.public)));

const nextPassword = 'nine folded maps';
const cause = { reason: 'Lost phone', ticket: 'HD-1' };

/** The password from then on, and the token of a device that was trusted later, where that is another. */
type After = { readonly password?: string; readonly token?: string };
type Ending = (user: DeviceOwner) => Promise<After | undefined>;

/** With an authenticator app and a phone; trusts a device again, because a factor more has ended the trust in the first. */
async function withPhoneToo(user: DeviceOwner) {
  const { factorId } = await user.enrolSent('sms', { phone: freshPhone() }, await user.fresh());
  const token = await user.trust();
  const { body } = await user.loginWithDevice(token);
  expect(body.mfa_required).toBe(false);
  return { factorId, token: String(body.trusted_device) };
}

/** Everything that ends the trust in a device, beside its own end. */
const endings: Readonly<Record<string, Ending>> = {
  'the password is changed': async (user) => {
    const bearer = await user.fresh();
    const body = { current_password: goodPassword, new_password: nextPassword };
    expect((await world.call('POST', '/auth/password', body, { bearer })).status).toBe(204);
    return { password: nextPassword };
  },
  'the password is set by mail': async (user) => {
    await forgot(world, user.username);
    const [link = ''] = (await linksTo(world, user.email)).slice(-1);
    expect((await reset(world, link, nextPassword)).status).toBe(204);
    return { password: nextPassword };
  },
  'the password is made useless by the helpdesk, and set anew': async (user) => {
    expect((await root.post(`/admin/users/${user.id}/password-reset`, cause)).status).toBe(204);
    const [link = ''] = (await linksTo(world, user.email)).slice(-1);
    expect((await reset(world, link, nextPassword)).status).toBe(204);
    return { password: nextPassword };
  },
  'a factor is added': async (user) => {
    const bearer = await user.fresh();
    const { answer } = await user.enrolSent('sms', { phone: freshPhone() }, bearer);
    expect(answer.status).toBe(200);
    return undefined;
  },
  'a factor is removed': async (user) => {
    const { factorId, token } = await withPhoneToo(user);
    const how = { bearer: await user.fresh() };
    expect((await world.call('DELETE', `/auth/mfa/factors/${factorId}`, undefined, how)).status).toBe(204);
    return { token };
  },
  'two-factor login is switched off, and on again': async (user) => {
    const bearer = await user.fresh();
    const off = await world.call('POST', '/auth/mfa/disable', { password: goodPassword }, { bearer });
    expect(off.status).toBe(200);
    wait(30);
    await user.enrolTotp(bearer);
    return undefined;
  },
  'the helpdesk resets the factors, and one is enrolled': async (user) => {
    expect((await root.post(`/admin/users/${user.id}/mfa/reset`, cause)).status).toBe(204);
    wait(30);
    await user.enrolTotp((await user.login()).body.enrollment_token);
    return undefined;
  },
  'the helpdesk logs the user out everywhere': async (user) => {
    expect(
      (await root.act('DELETE', `/admin/users/${user.id}/sessions`, { reason: 'Lost laptop' })).status,
    ).toBe(204);
    return undefined;
  },
  'the account is disabled, and enabled again': async (user) => {
    for (const status of ['disabled', 'active']) {
      const { status: answer } = await root.act('PATCH', `/admin/users/${user.id}`, { status });
      expect(answer).toBe(200);
    }
    return undefined;
  },
  'the roles are changed, and back': async (user) => {
    for (const roles of [['user', 'vendor'], ['user']]) {
      const { status } = await root.act('PATCH', `/admin/users/${user.id}`, { roles });
      expect(status).toBe(200);
    }
    return undefined;
  },
  'a login is reported as an attack': async (user) => {
    const back = stubTotpVerdict(world, { outcome: 'denied', reported: true });
    const { temp_token } = (await user.login()).body;
    const { status } = await user.verify(temp_token, user.freshCode());
    back();
    expect(status).toBe(403);
    expect(await eventTypesOf(world, user.id)).toContain('mfa_attack_reported');
    return undefined;
  },
  'the policy has no such thing any more': async () => {
    await setPolicy(world, 'public', { trustedDeviceSeconds: null });
    return undefined;
  },
  'the policy was made shorter': async () => {
    wait(2 * day);
    await setPolicy(world, 'public', { trustedDeviceSeconds: 2 * day });
    return undefined;
  },
  'the policy does not count any more what was shown': async (user) => {
    const { token } = await withPhoneToo(user);
    await setPolicy(world, 'public', { allowedMethods: ['sms'] });
    return { token };
  },
};

describe('a device is trusted no longer when', () => {
  test.each(Object.keys(endings))('%s', async (what) => {
    const user = await withDevice(world);
    const first = await user.loginWithDevice();
    expect(first.body.mfa_required).toBe(false);
    const after = (await endings[what]?.(user)) ?? {};
    const { password = goodPassword, token = first.body.trusted_device } = after;
    const { status, body } = await user.login('public', { password, trusted_device: token });
    expect({ status, asked: body.mfa_required }).toEqual({ status: 200, asked: true });
    const { refresh_token } = first.body; // of the session that it had opened
    const refreshed = await world.call('POST', '/auth/refresh', { refresh_token });
    expect(refreshed.status).toBe(401);
  });
});
