import { describe, expect, test } from 'vitest';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { type Actor, codeOf, wait } from '../support/actor.ts';
import { claimsOf } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

describe('an enrolment token', () => {
  const world = useWorld();

  const enroll = (bearer: string, more: Record<string, unknown> = {}) =>
    world.call('POST', '/auth/mfa/enroll', { method: 'totp', ...more }, { bearer });
  const confirm = (bearer: string, secret: string) =>
    world.call('POST', '/auth/mfa/verify-enrollment', { token: codeOf(secret) }, { bearer });
  const tokenOf = async (user: Actor): Promise<string> => (await user.login('admin')).body.enrollment_token;

  async function admin() {
    const ann = await world.user({ roles: ['admin'] });
    return { ...ann, token: await tokenOf(ann) };
  }

  test('LC-1 is what a login to admin without a factor gives, and nothing else', async () => {
    const ann = await world.user({ roles: ['admin'] });
    const { status, type, body } = await ann.login('admin');
    expect({ status, type }).toEqual({ status: 403, type: '/problems/mfa-enrollment-required' });
    expect(body).toMatchObject({
      expires_in: 600,
      methods: expect.arrayContaining(['totp', 'sms', 'email', 'webauthn']),
      grace_ended_at: null,
    });
    for (const name of ['access_token', 'refresh_token', 'temp_token']) expect(body).not.toHaveProperty(name);
    expect(claimsOf(body.enrollment_token)).toMatchObject({ sub: ann.id, scope: 'mfa:enroll' });
  });

  test('leads to the first factor, and with it into the area', async () => {
    const ann = await admin();
    const { body } = await enroll(ann.token);
    const confirmed = await confirm(ann.token, body.secret);
    expect(confirmed.body).toMatchObject({ success: true, area: 'admin', recovery_codes: expect.any(Array) });
    expect(claimsOf(confirmed.body.access_token)).toMatchObject({
      acr: 'urn:sallyport:acr:2',
      mfa: true,
      auth_time: claimsOf(ann.token).auth_time,
    });
    const bearer = confirmed.body.access_token;
    expect((await world.call('GET', '/auth/me', undefined, { bearer })).body.area).toBe('admin');
  });

  test('attack 7 lives ten minutes', async () => {
    const ann = await admin();
    const { exp, iat } = claimsOf(ann.token);
    expect(Number(exp) - Number(iat)).toBe(600);
    wait(599);
    expect((await enroll(ann.token)).status).toBe(200);
    wait(2);
    expect(await enroll(ann.token)).toMatchObject({ status: 401, type: '/problems/invalid-token' });
  });

  test('attack 7 is not lengthened: not by a refresh, not by using it', async () => {
    const ann = await admin();
    expect((await world.call('POST', '/auth/refresh', { refresh_token: ann.token })).status).toBe(400);
    wait(300);
    const { body } = await enroll(ann.token);
    expect(Object.keys(body)).not.toContain('access_token');
    expect(Object.keys(body)).not.toContain('enrollment_token');
    wait(301);
    expect((await confirm(ann.token, body.secret)).status).toBe(401);
  });

  test('attack 7, RO-4 opens the enrolment and nothing else', async () => {
    const ann = await admin();
    const { token: bearer, password } = ann;
    const id = '00000000-0000-4000-8000-000000000000';
    const call = world.call;
    const answers = await Promise.all([
      call('GET', '/auth/me', undefined, { bearer }),
      call('GET', '/auth/mfa/status', undefined, { bearer }),
      call('GET', '/auth/sessions', undefined, { bearer }),
      call('DELETE', `/auth/sessions/${id}`, undefined, { bearer }),
      call('POST', '/auth/sessions/activity', undefined, { bearer }),
      call('POST', '/auth/logout', undefined, { bearer }),
      call(
        'POST',
        '/auth/password',
        { current_password: password, new_password: 'nine dry raincoats' },
        { bearer },
      ),
      call('POST', '/auth/mfa/step-up', {}, { bearer }),
      call('POST', '/auth/mfa/proof', { mfa_token: '123456' }, { bearer }),
      call('POST', '/auth/mfa/disable', { password }, { bearer }),
      call('POST', '/auth/mfa/recovery-codes/regenerate', { password }, { bearer }),
      call('PATCH', `/auth/mfa/factors/${id}`, { label: 'x' }, { bearer }),
      call('DELETE', `/auth/mfa/factors/${id}`, undefined, { bearer }),
      call('GET', '/api/sensitive-data', undefined, { bearer }),
      call('POST', '/auth/mfa/verify', { temp_token: 'x', mfa_token: '123456' }, { bearer }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
  });

  test('attack 24 dies with the first factor: a second one is not had for the password alone', async () => {
    const ann = await admin();
    const thiefs = await tokenOf(ann);
    const planted = await enroll(thiefs);
    const { body } = await enroll(ann.token);
    expect((await confirm(ann.token, body.secret)).status).toBe(200);
    for (const token of [ann.token, thiefs]) {
      expect(await enroll(token)).toMatchObject({ status: 401, type: '/problems/invalid-token' });
      expect((await confirm(token, planted.body.secret)).status).toBe(401);
    }
    expect((await ann.login('admin')).body).not.toHaveProperty('enrollment_token');
  });

  test('attack 24 of two that enrol at once one gets in', async () => {
    const ann = await admin();
    const { body } = await enroll(ann.token);
    const answers = await Promise.all(Array.from({ length: 6 }, () => confirm(ann.token, body.secret)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('attack 22 dies with the password that it was given for', async () => {
    const ann = await admin();
    const bearer = (await ann.login()).body.access_token;
    wait(1);
    const change = { current_password: ann.password, new_password: 'nine dry raincoats' };
    expect((await world.call('POST', '/auth/password', change, { bearer })).status).toBe(204);
    expect((await enroll(ann.token)).status).toBe(401);
  });

  test('attack 37 dies with the account', async () => {
    const ann = await admin();
    const { body } = await enroll(ann.token);
    await changeAccountStatus(world.deps, consoleContext(), ann.id, {
      status: 'disabled',
    });
    expect((await enroll(ann.token)).status).toBe(401);
    expect((await confirm(ann.token, body.secret)).status).toBe(401);
  });

  test('is not for a user who has a factor', async () => {
    const ann = await world.user({ roles: ['admin'] });
    await ann.enrolTotp();
    const login = await ann.login('admin');
    expect(login).toMatchObject({ status: 200, body: { mfa_required: true } });
    expect(login.body).not.toHaveProperty('enrollment_token');
  });
});
