import { describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { withDevice } from '../support/devices.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

describe('the last login', () => {
  const world = useWorld();
  const seen = async (bearer: string) =>
    (await world.call('GET', '/auth/me', undefined, { bearer })).body.user.last_login;
  const now = () => new Date().toISOString();

  test('is written with each login, by every method, and by nothing else', async () => {
    const { ann, loginWithDevice, fresh, secret } = await withDevice(world);
    const bearer = await fresh();
    wait(100);
    await ann.login('public', { password: 'wrong' });
    const challenge = (await ann.login()).body;
    expect(await seen(bearer)).not.toBe(now());
    await ann.verify(challenge.temp_token, codeOf(secret));
    expect(await seen(bearer)).toBe(now());
    wait(100);
    await ann.login('public', { mfa_token: codeOf(secret) });
    expect(await seen(bearer)).toBe(now());
    wait(100);
    await loginWithDevice();
    const then = now();
    expect(await seen(bearer)).toBe(then);
    wait(100);
    const { temp_token } = (await world.call('POST', '/auth/mfa/step-up', {}, { bearer })).body;
    const raised = await ann.verify(temp_token, codeOf(secret));
    expect(raised.status).toBe(200);
    const refreshed = await world.call('POST', '/auth/refresh', { refresh_token: raised.body.refresh_token });
    expect(await seen(refreshed.body.access_token)).toBe(then);
  });

  test('is shown to administrators in the list and on the card, and null to begin with', async () => {
    const admin = await staff(world);
    const ann = await world.user();
    const shown = async () => {
      const { users } = (await admin.get(`/admin/users?q=${ann.username}`)).body;
      return [users[0].last_login, (await admin.get(`/admin/users/${ann.id}`)).body.last_login];
    };
    expect(await shown()).toEqual([null, null]);
    await ann.login();
    expect(await shown()).toEqual([now(), now()]);
  });
});

describe('GET /auth/me', () => {
  const world = useWorld();

  test('says what is known of the account, masked, and of its second factor in short', async () => {
    const ann = await world.user({ email: 'ann@example.gov', phone: '+15095550100' });
    const { access_token: bearer } = (await ann.login()).body;
    const before = await world.call('GET', '/auth/me', undefined, { bearer });
    expect(before.body.user).toMatchObject({
      username: ann.username,
      email: 'a•••@e•••.gov',
      phone: '+1••••••••00',
      created_at: expect.any(String),
    });
    expect(before.body.mfa).toMatchObject({ enabled: false, method: null, backup_codes_remaining: 0 });
    const { answer } = await ann.enrolTotp();
    const after = await world.call('GET', '/auth/me', undefined, { bearer: answer.body.access_token });
    expect(after.body.mfa).toMatchObject({ enabled: true, method: 'totp', backup_codes_remaining: 10 });
  });
});
