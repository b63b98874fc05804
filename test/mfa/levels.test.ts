import { describe, expect, test } from 'vitest';
import { type Actor, wait } from '../support/actor.ts';
import { claimsOf, freshPhone } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

const acr = 'urn:sallyport:acr:';

describe('what a second factor counts for', () => {
  const world = useWorld();

  const mailboxOf = (user: Actor) => ({ email: `${user.username}@second.example` });

  test.each([
    ['sms', `${acr}2r`, ['pwd', 'sms', 'mca', 'mfa']],
    ['email', `${acr}1plus`, ['pwd', 'email', 'mca']],
  ] as const)(
    'attack 27 a user with %s alone is asked for it, and gets that level',
    async (method, level, amr) => {
      const ann = await world.user();
      await ann.enrolSent(method, method === 'sms' ? { phone: freshPhone() } : mailboxOf(ann));
      wait(60);
      const login = await ann.login();
      expect(login.body).toMatchObject({ mfa_required: true, mfa_method: method });
      expect(login.body).not.toHaveProperty('access_token');
      const { body } = await ann.verify(login.body.temp_token, ann.lastCode(method));
      expect(claimsOf(body.access_token)).toMatchObject({ acr: level, amr, mfa: true });
    },
  );

  test('OB-8, attack 28 two mailboxes are one channel: no e-mail after e-mail reaches the second level', async () => {
    const ann = await world.user();
    const first = await ann.enrolSent('email', mailboxOf(ann));
    wait(60);
    const second = await ann.enrolSent('email', { email: `${ann.username}@third.example` }, first.bearer);
    expect(claimsOf(second.bearer)).toMatchObject({ acr: `${acr}1plus` });
    wait(60);
    const begun = await world.call(
      'POST',
      '/auth/mfa/step-up',
      { factor_id: second.factorId },
      { bearer: second.bearer },
    );
    const raised = await ann.verify(begun.body.temp_token, ann.lastCode('email'));
    expect(raised.status).toBe(200);
    expect(claimsOf(raised.body.access_token)).toMatchObject({
      acr: `${acr}1plus`,
      amr: ['pwd', 'email', 'mca'],
    });
  });

  test('OB-8 confirming an e-mail factor does not lower a session that reached more, nor make it fresh', async () => {
    const ann = await world.user();
    const { bearer } = await ann.enrolTotp();
    wait(200);
    const { bearer: kept } = await ann.enrolSent('email', mailboxOf(ann), bearer);
    const before = claimsOf(bearer);
    expect(claimsOf(kept)).toMatchObject({ acr: `${acr}2`, amr: before.amr, mfa_time: before.mfa_time });
  });

  test('OB-8 an e-mail code raises no change of factors where there is a better one', async () => {
    const ann = await world.user();
    const { bearer: first } = await ann.enrolTotp();
    const { bearer } = await ann.enrolSent('email', mailboxOf(ann), first);
    wait(301);
    const login = await ann.login();
    await world.call('POST', '/auth/mfa/challenge', { temp_token: login.body.temp_token, method: 'email' });
    const { body } = await ann.verify(login.body.temp_token, ann.lastCode('email'));
    expect(claimsOf(body.access_token)).toMatchObject({ acr: `${acr}1plus`, mfa: true });
    for (const token of [body.access_token, bearer]) {
      const refused = await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer: token });
      expect(refused).toMatchObject({ status: 403, type: '/problems/mfa-token-required' });
      expect(refused.body.acr_values).toBe(`${acr}2r ${acr}2 phr`);
    }
  });

  test('standard: an e-mail factor opens the area admin, and says what it is', async () => {
    const admin = await world.user({ roles: ['admin'] });
    await admin.enrolSent('email', mailboxOf(admin));
    wait(60);
    const login = await admin.login('admin');
    const { status, body } = await admin.verify(login.body.temp_token, admin.lastCode('email'));
    expect(status).toBe(200);
    expect(claimsOf(body.access_token)).toMatchObject({
      acr: `${acr}1plus`,
      aud: expect.stringMatching(/\/admin$/),
    });
  });
});

describe('under the preset strict', () => {
  const world = useWorld({ preset: 'strict' });

  const weak = ['sms', 'email'] as const;
  async function adminWith(method: 'sms' | 'email') {
    const admin = await world.user({ roles: ['admin'] });
    const setup = method === 'sms' ? { phone: freshPhone() } : { email: `${admin.username}@second.example` };
    const factor = await admin.enrolSent(method, setup);
    wait(60);
    return { ...admin, ...factor };
  }

  test.each(weak)(
    'OB-8 %s alone does not open the area admin; the answer says what to do',
    async (method) => {
      const admin = await adminWith(method);
      const refused = await admin.login('admin');
      expect(refused).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
      expect(refused.body).not.toHaveProperty('temp_token');
      expect(refused.body.detail).toContain('public');
      const open = await admin.login();
      expect((await admin.verify(open.body.temp_token, admin.lastCode(method))).status).toBe(200);
    },
  );

  test.each(weak)('attack 30 nor does a recovery code in the place of %s', async (method) => {
    const admin = await adminWith(method);
    const [code = ''] = admin.codes;
    expect((await admin.login('admin')).status).toBe(403);
    expect((await admin.login('admin', { mfa_token: code })).status).toBe(401);
    const open = await admin.login();
    const recovered = await admin.verify(open.body.temp_token, code);
    expect(recovered.status).toBe(200); // for the area public, where the factor counts
    expect(claimsOf(recovered.body.access_token)).toMatchObject({ aud: expect.stringMatching(/\/public$/) });
  });

  test('OB-8 an administrator is offered only what counts', async () => {
    const admin = await world.user({ roles: ['admin'] });
    const refused = await admin.login('admin');
    expect(refused).toMatchObject({
      status: 403,
      type: '/problems/mfa-enrollment-required',
      body: { methods: expect.arrayContaining(['totp', 'webauthn']) },
    });
    for (const weak of ['email', 'sms', 'recovery_code']) expect(refused.body.methods).not.toContain(weak);
    const bearer = refused.body.enrollment_token;
    for (const setup of [
      { method: 'email', email: 'a@second.example' },
      { method: 'sms', phone: freshPhone() },
    ]) {
      const enrol = await world.call('POST', '/auth/mfa/enroll', setup, { bearer });
      expect(enrol).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
    }
  });

  test.each(weak)('OB-8 a login to admin is not answered by %s beside an app', async (method) => {
    const admin = await adminWith(method);
    const { secret } = await admin.enrolTotp(admin.bearer);
    const login = await admin.login('admin');
    expect(login.body).toMatchObject({ mfa_required: true, mfa_method: 'totp' });
    const offered = login.body.methods.map((one: { method: string }) => one.method);
    expect(offered.sort()).toEqual(['recovery_code', 'totp']);
    const { temp_token: tempToken } = login.body;
    for (const choice of [{ method }, { factor_id: admin.factorId }]) {
      const asked = await world.call('POST', '/auth/mfa/challenge', { temp_token: tempToken, ...choice });
      expect(asked.status).toBe(404);
    }
    wait(60);
    const passed = await admin.loginWithTotp(secret, 'admin');
    expect(claimsOf(passed.body.access_token)).toMatchObject({ acr: `${acr}2` });
  });

  test('a recovery code opens admin where an app was lost, also one that was disabled', async () => {
    for (const lost of [false, true]) {
      const admin = await world.user({ roles: ['admin'] });
      const { codes, factorId } = await admin.enrolTotp();
      if (lost) {
        const { db } = world.database;
        await db.updateTable('factors').set({ disabledAt: new Date() }).where('id', '=', factorId).execute();
      }
      const login = await admin.login('admin');
      expect(login.status).toBe(200);
      const passed = await admin.verify(login.body.temp_token, codes[0] ?? '');
      expect(claimsOf(passed.body.access_token)).toMatchObject({ acr: `${acr}2`, amr: ['pwd', 'rc', 'mfa'] });
    }
  });

  test('LC-5, attack 31 the last factor that counts stays, despite any others', async () => {
    const admin = await adminWith('email');
    const { bearer, factorId } = await admin.enrolTotp(admin.bearer);
    const remove = (id: string) => world.call('DELETE', `/auth/mfa/factors/${id}`, undefined, { bearer });
    expect(await remove(factorId)).toMatchObject({ status: 409, type: '/problems/last-factor' });
    expect((await remove(admin.factorId)).status).toBe(204);
  });
});
