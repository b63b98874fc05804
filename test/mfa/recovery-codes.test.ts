import { describe, expect, onTestFinished, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { setPolicy } from '../support/devices.ts';
import {
  claimsOf,
  eventTypesOf,
  mailsTo,
  throttleOf,
  unknownRecoveryCode,
  vendorWithTotp,
} from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

describe('recovery codes', () => {
  const world = useWorld();

  const regenerate = (bearer: string, password: string, more: Record<string, unknown> = {}) =>
    world.call('POST', '/auth/mfa/recovery-codes/regenerate', { password, ...more }, { bearer });

  async function enrolled() {
    const ann = await world.user();
    const factor = await ann.enrolTotp();
    const logInWith = async (code: string) => ann.verify((await ann.login()).body.temp_token, code);
    const remaining = async (bearer: string) =>
      (await world.call('GET', '/auth/mfa/status', undefined, { bearer })).body.backup_codes_remaining;
    return { ...ann, ...factor, logInWith, remaining };
  }

  test('RK-1 come ten at a time, each of 120 bits, with the first factor and only with it', async () => {
    const ann = await enrolled();
    expect(new Set(ann.codes).size).toBe(10);
    expect(ann.codes.filter((code) => !/^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$/.test(code))).toEqual([]);
    const second = await ann.enrolTotp(ann.bearer);
    expect(second.answer.status).toBe(200);
    expect(second.answer.body).not.toHaveProperty('recovery_codes');
    expect((await ann.logInWith(ann.codes[0] ?? '')).status).toBe(200);
  });

  test('RK-2, attack 20 work once each, and say how many are left', async () => {
    const ann = await enrolled();
    for (const [at, code] of ann.codes.entries()) {
      const passed = await ann.logInWith(code);
      expect(passed).toMatchObject({
        status: 200,
        body: { warning: 'Recovery code used. Please regenerate codes.', backup_codes_remaining: 9 - at },
      });
      expect(await ann.logInWith(code)).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
      expect(await ann.remaining(passed.body.access_token)).toBe(9 - at);
    }
    wait(60);
    expect((await ann.loginWithTotp(ann.secret)).status).toBe(200);
  });

  test('RK-2 are read as they are typed: without hyphens, in small letters', async () => {
    const ann = await enrolled();
    const [one = '', two = ''] = ann.codes;
    expect((await ann.logInWith(one.replaceAll('-', '').toLowerCase())).status).toBe(200);
    expect((await ann.logInWith(one)).status).toBe(403);
    expect((await ann.logInWith(two.replaceAll('-', ' '))).status).toBe(200);
  });

  test('open a session that says so', async () => {
    const ann = await enrolled();
    const { body } = await ann.logInWith(ann.codes[0] ?? '');
    expect(claimsOf(body.access_token)).toMatchObject({
      acr: 'urn:sallyport:acr:2',
      amr: ['pwd', 'rc', 'mfa'],
      mfa: true,
    });
    const me = await world.call('GET', '/auth/me', undefined, { bearer: body.access_token });
    expect(me.body.session.recovered).toBe(true);
    expect((await eventTypesOf(world, ann.id)).slice(-2)).toEqual([
      'mfa_recovery_code_used',
      'authn_login_success',
    ]);
  });

  test('RK-3 are shown once: no route says them again', async () => {
    const ann = await enrolled();
    const { bearer } = ann;
    const answers = await Promise.all(
      ['/auth/mfa/status', '/auth/me', '/auth/sessions'].map((url) =>
        world.call('GET', url, undefined, { bearer }),
      ),
    );
    answers.push(await ann.login());
    const shown = JSON.stringify(answers.map(({ body }) => body));
    for (const code of ann.codes) expect(shown).not.toContain(code.slice(0, 9));
    expect(answers[0]?.body.backup_codes_remaining).toBe(10);
  });

  test('RK-4, attack 23 are not issued to a session that passed no second factor', async () => {
    const ann = await world.user();
    const low = (await ann.login()).body.access_token;
    expect(await regenerate(low, ann.password)).toMatchObject({
      status: 403,
      type: '/problems/mfa-enrollment-required',
    });
    const { codes } = await ann.enrolTotp(low);
    const refused = await regenerate(low, ann.password);
    expect(refused).toMatchObject({ status: 403, type: '/problems/mfa-token-required' });
    const { instance: _, ...shown } = refused.body; // a random UUID may look like a part of a code
    expect(JSON.stringify(shown)).not.toMatch(/[A-Z2-7]{4}-[A-Z2-7]{4}/);
    expect((await ann.verify((await ann.login()).body.temp_token, codes[0] ?? '')).status).toBe(200);
  });

  test('RK-5 made anew kill the old set, used or not', async () => {
    const ann = await enrolled();
    const [used = '', unused = ''] = ann.codes;
    await ann.logInWith(used);
    const made = await regenerate(ann.bearer, ann.password);
    expect(made.status).toBe(200);
    expect(new Set([...ann.codes, ...made.body.codes]).size).toBe(20);
    expect(await ann.remaining(ann.bearer)).toBe(10);
    for (const old of [used, unused]) expect((await ann.logInWith(old)).status).toBe(403);
    expect((await ann.logInWith(made.body.codes[0])).status).toBe(200);
  });

  test('RK-5 made anew by two at once leave one set that works', async () => {
    const ann = await enrolled();
    const both = await Promise.all([
      regenerate(ann.bearer, ann.password),
      regenerate(ann.bearer, ann.password),
    ]);
    // In turn the later set counts; decided at once, the second request is refused, so that no set that was shown is dead.
    const made = both.filter(({ status }) => status === 200);
    for (const { status } of both) expect([200, 409]).toContain(status);
    expect(await ann.remaining(ann.bearer)).toBe(10);
    const results: number[] = [];
    for (const { body } of made) results.push((await ann.logInWith(body.codes[0])).status);
    expect(results.filter((status) => status === 200)).toHaveLength(1);
  });

  test('RK-5 used and made anew, their owner is notified', async () => {
    const ann = await enrolled();
    await ann.logInWith(ann.codes[0] ?? '');
    await regenerate(ann.bearer, ann.password);
    const subjects = (await mailsTo(world, ann.email)).map(({ subject }) => subject);
    expect(subjects).toContain('A recovery code was used to log in to your account');
    expect(subjects).toContain('The recovery codes of your account were replaced');
  });

  test('RK-6 open nothing by themselves: without a password there is no login to answer', async () => {
    const ann = await enrolled();
    const [code = ''] = ann.codes;
    const tries = [
      await world.call('POST', '/auth/mfa/verify', { mfa_token: code }),
      await world.call('POST', '/auth/mfa/verify', { temp_token: code, mfa_token: code }),
      await world.call('POST', '/auth/mfa/verify', { temp_token: 'x'.repeat(43), mfa_token: code }),
      await world.call('POST', '/auth/login', { username: ann.username, password: code }),
      await world.call('POST', '/auth/login', { username: ann.username, password: 'wrong', mfa_token: code }),
      await world.call('GET', '/auth/me', undefined, { bearer: code }),
      await world.call('POST', '/auth/refresh', { refresh_token: code }),
    ];
    expect(tries.map(({ status }) => status)).toEqual([400, 401, 401, 401, 401, 401, 401]);
    expect((await ann.logInWith(code)).status).toBe(200);
  });

  test('RL-1 guessed, count like any other code', async () => {
    const ann = await enrolled();
    const tempToken = (await ann.login()).body.temp_token;
    for (const left of [2, 1, 0]) {
      expect((await ann.verify(tempToken, unknownRecoveryCode)).body.attempts_remaining).toBe(left);
    }
    expect((await ann.logInWith(ann.codes[0] ?? '')).status).toBe(429);
    wait(900);
    expect((await ann.logInWith(ann.codes[0] ?? '')).status).toBe(200);
  });

  test("another user's open nothing", async () => {
    const ann = await enrolled();
    const bob = await enrolled();
    expect((await ann.logInWith(bob.codes[0] ?? '')).status).toBe(403);
    expect((await bob.logInWith(bob.codes[0] ?? '')).status).toBe(200);
  });

  test('answer a step-up', async () => {
    const ann = await enrolled();
    const begun = await world.call('POST', '/auth/mfa/step-up', {}, { bearer: ann.bearer });
    const passed = await ann.verify(begun.body.temp_token, ann.codes[0] ?? '');
    expect(passed).toMatchObject({ status: 200, body: { backup_codes_remaining: 9 } });
  });

  test('VN-4 are not taken in the header where the area does not take them, nor for a proof, and are not spent by that', async () => {
    await setPolicy(world, 'vendor', { recoveryCodeAtGuard: false });
    onTestFinished(() => setPolicy(world, 'vendor', { recoveryCodeAtGuard: true }));
    const vendor = await vendorWithTotp(world);
    const [code = ''] = vendor.codes;
    for (const spelling of [code, code.replaceAll('-', '')]) {
      expect(await vendor.sensitive(spelling)).toMatchObject({
        status: 403,
        type: '/problems/mfa-token-invalid',
      });
      expect(await vendor.proofOf(spelling)).toMatchObject({
        status: 403,
        type: '/problems/mfa-token-invalid',
      });
    }
    expect(await throttleOf(world, vendor.id)).toMatchObject({ paid: 0, inARow: 0 });
    expect((await vendor.verify((await vendor.login()).body.temp_token, code)).status).toBe(200);
  });

  test('attack 27 go with the last factor: none is left that could gate a login or open one', async () => {
    const ann = await enrolled();
    const removed = await world.call('DELETE', `/auth/mfa/factors/${ann.factorId}`, undefined, {
      bearer: ann.bearer,
    });
    expect(removed.status).toBe(204);
    expect((await ann.login()).body).toMatchObject({ mfa_required: false });
    const [code = ''] = ann.codes;
    const again = await ann.enrolTotp((await ann.login()).body.access_token);
    expect((await ann.logInWith(code)).status).toBe(403);
    expect((await ann.logInWith(again.codes[0] ?? '')).status).toBe(200);
    wait(60);
    expect((await ann.logInWith(codeOf(again.secret))).status).toBe(200);
  });
});
