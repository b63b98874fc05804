import { describe, expect, test } from 'vitest';
import { type Actor, codeOf, wait } from '../support/actor.ts';
import { claimsOf, eventTypesOf, freshPhone, otherThan, throttleOf } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

describe.each(['sms', 'email'] as const)('a code by %s', (method) => {
  const setupOf = (user: Actor) =>
    method === 'sms' ? { phone: freshPhone() } : { email: `${user.username}@second.example` };
  const resend = (tempToken: string, more: Record<string, unknown> = {}) =>
    world.call('POST', '/auth/mfa/challenge', { temp_token: tempToken, ...more });

  /** Somebody who has this factor alone, a while ago. */
  async function enrolled(roles: ('user' | 'vendor')[] = ['user']) {
    const user = await world.user({ roles });
    const setup = setupOf(user);
    const factor = await user.enrolSent(method, setup);
    wait(60);
    const challenge = async (): Promise<{ tempToken: string; code: string }> => {
      const { body } = await user.login();
      return { tempToken: body.temp_token, code: user.lastCode(method) };
    };
    return { ...user, ...factor, setup, challenge };
  }

  test('OB-3 is sent with the login and lets its receiver in', async () => {
    const ann = await enrolled();
    const login = await ann.login();
    expect(login.body).toMatchObject({
      mfa_required: true,
      mfa_method: method,
      challenge: { sent_to: expect.stringContaining('•••') },
    });
    const sent = method === 'sms' ? world.texts.at(-1)?.to : world.mails.at(-1)?.to;
    expect(sent).toBe(Object.values(ann.setup)[0]);
    const { status, body } = await ann.verify(login.body.temp_token, ann.lastCode(method));
    expect(status).toBe(200);
    const levels = {
      sms: ['urn:sallyport:acr:2r', ['pwd', 'sms', 'mca', 'mfa']],
      email: ['urn:sallyport:acr:1plus', ['pwd', 'email', 'mca']],
    };
    const [acr, amr] = levels[method];
    expect(claimsOf(body.access_token)).toMatchObject({ acr, amr, mfa: true });
  });

  test('OB-2 works for five minutes', async () => {
    const ann = await enrolled();
    const early = await ann.challenge();
    wait(299);
    expect((await ann.verify(early.tempToken, early.code)).status).toBe(200);
    const late = await ann.challenge();
    wait(301);
    const refused = await ann.verify(late.tempToken, late.code);
    expect(refused).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
  });

  test('OB-2 a code that was sent again lives no longer than its login', async () => {
    const ann = await enrolled();
    const { tempToken } = await ann.challenge();
    wait(200);
    const again = await resend(tempToken);
    expect(again.status).toBe(200);
    wait(101);
    expect((await ann.verify(tempToken, ann.lastCode(method))).status).toBe(401);
  });

  test('OB-2 that confirms an enrolment works for five minutes too, though the enrolment waits for ten', async () => {
    const ann = await world.user();
    const bearer = (await ann.login()).body.access_token;
    const begun = await world.call('POST', '/auth/mfa/enroll', { method, ...setupOf(ann) }, { bearer });
    expect(begun.body.expires_in).toBe(300);
    wait(301);
    const confirmed = await world.call(
      'POST',
      '/auth/mfa/verify-enrollment',
      { token: ann.lastCode(method) },
      { bearer },
    );
    expect(confirmed.status).toBe(403);
    expect((await ann.login()).body.mfa_required).toBe(false);
  });

  test('OB-3 works once', async () => {
    const ann = await enrolled();
    const { tempToken, code } = await ann.challenge();
    expect((await ann.verify(tempToken, code)).status).toBe(200);
    expect(await ann.verify(tempToken, code)).toMatchObject({
      status: 401,
      type: '/problems/challenge-invalid',
    });
    wait(60);
    const next = await ann.challenge();
    if (next.code !== code) expect((await ann.verify(next.tempToken, code)).status).toBe(403);
  });

  test('OB-3, attack 16 is dead once another was sent', async () => {
    const ann = await enrolled();
    const { tempToken, code } = await ann.challenge();
    wait(60);
    expect(await resend(tempToken)).toMatchObject({ status: 200, body: { method, factor_id: ann.factorId } });
    const second = ann.lastCode(method);
    if (second !== code) {
      expect(await ann.verify(tempToken, code)).toMatchObject({
        status: 403,
        body: { attempts_remaining: 2 },
      });
    }
    expect((await ann.verify(tempToken, second)).status).toBe(200);
  });

  test('OB-4, attack 16 sent again clears no count', async () => {
    const ann = await enrolled();
    const { tempToken, code } = await ann.challenge();
    for (const left of [2, 1]) {
      const refused = await ann.verify(tempToken, otherThan(code));
      expect(refused).toMatchObject({ status: 403, body: { attempts_remaining: left } });
    }
    wait(60);
    expect((await resend(tempToken)).status).toBe(200);
    const second = ann.lastCode(method);
    expect((await ann.verify(tempToken, otherThan(second))).body.attempts_remaining).toBe(0);
    expect((await ann.verify(tempToken, second)).status).toBe(429);
  });

  test('attack 4 three wrong ones end the login: nothing can be sent to it any more', async () => {
    const ann = await enrolled();
    const { tempToken, code } = await ann.challenge();
    for (let one = 0; one < 3; one += 1) await ann.verify(tempToken, otherThan(code));
    wait(60);
    expect(await resend(tempToken)).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
  });

  test('LG-4 answers the login that it was sent for, and no other', async () => {
    const ann = await enrolled();
    const first = await ann.challenge();
    wait(60);
    const second = await ann.challenge();
    if (first.code !== second.code) {
      const refused = await ann.verify(second.tempToken, first.code);
      expect(refused).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
    }
    expect((await ann.verify(first.tempToken, first.code)).status).toBe(200);
    expect((await ann.verify(second.tempToken, second.code)).status).toBe(200);
  });

  test("LG-4 nor another user's login", async () => {
    const ann = await enrolled();
    const bob = await enrolled();
    const mine = await ann.challenge();
    const theirs = await bob.challenge();
    if (mine.code !== theirs.code) expect((await bob.verify(theirs.tempToken, mine.code)).status).toBe(403);
    expect((await ann.verify(mine.tempToken, mine.code)).status).toBe(200);
  });

  test('OB-6, attack 25 an address that was not proven is not offered, and its code opens nothing', async () => {
    const ann = await world.user();
    const { secret, bearer } = await ann.enrolTotp();
    const begun = await world.call('POST', '/auth/mfa/enroll', { method, ...setupOf(ann) }, { bearer });
    expect(begun.body).toMatchObject({
      method,
      next_step: 'verify_enrollment',
      hint: expect.stringContaining('•••'),
    });
    const code = ann.lastCode(method);
    const { body } = await ann.login();
    const offered = body.methods.map((one: { method: string }) => one.method);
    expect(offered.sort()).toEqual(['recovery_code', 'totp']);
    for (const choice of [{ method }, { factor_id: begun.body.factor_id }]) {
      expect((await resend(body.temp_token, choice)).status).toBe(404);
    }
    if (code !== codeOf(secret)) expect((await ann.verify(body.temp_token, code)).status).toBe(403);
  });

  test('VN-1 in the header it works after a step-up, and only then, once', async () => {
    const vendor = await enrolled(['vendor']);
    const bearer = (await vendor.login('vendor')).body.access_token;
    const sensitive = (mfa: string) => world.call('GET', '/api/sensitive-data', undefined, { bearer, mfa });
    expect((await sensitive('123456')).status).toBe(403); // nothing was sent
    expect(await throttleOf(world, vendor.id)).toMatchObject({ paid: 0 });
    expect((await world.call('POST', '/auth/mfa/step-up', {}, { bearer })).status).toBe(200);
    const code = vendor.lastCode(method);
    expect(await sensitive(otherThan(code))).toMatchObject({ status: 403, body: { attempts_remaining: 2 } });
    expect((await sensitive(code)).status).toBe(200);
    expect(await sensitive(code)).toMatchObject({ status: 403, type: '/problems/mfa-token-used' });
  });

  test('VN-1 in the header it is dead after five minutes', async () => {
    const vendor = await enrolled(['vendor']);
    const bearer = (await vendor.login('vendor')).body.access_token;
    await world.call('POST', '/auth/mfa/step-up', {}, { bearer });
    wait(301);
    const mfa = vendor.lastCode(method);
    const refused = await world.call('GET', '/api/sensitive-data', undefined, { bearer, mfa });
    expect(refused).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
  });

  test('OB-12 shows the address masked: at enrolment, at login, at a resend, in the status', async () => {
    const ann = await enrolled();
    const login = await ann.login();
    wait(60);
    const again = await resend(login.body.temp_token);
    const status = await world.call('GET', '/auth/mfa/status', undefined, { bearer: ann.bearer });
    const answers = [ann.begun, login, again, status];
    expect(answers.map((one) => one.status)).toEqual([200, 200, 200, 200]);
    const address = String(Object.values(ann.setup)[0]);
    for (const { body } of answers) {
      const shown = JSON.stringify(body);
      expect(shown).toContain('•••');
      expect(shown).not.toContain(address.slice(2, -4));
      expect(shown).not.toContain(ann.lastCode(method));
    }
  });

  test('audits the challenge and its outcome', async () => {
    const ann = await enrolled();
    const { tempToken, code } = await ann.challenge();
    await ann.verify(tempToken, otherThan(code));
    await ann.verify(tempToken, code);
    expect((await eventTypesOf(world, ann.id)).slice(-4)).toEqual([
      'mfa_challenge',
      'mfa_failed',
      'mfa_passed',
      'authn_login_success',
    ]);
  });
});

describe('an SMS enrolment', () => {
  test('OB-6 says that the method is restricted, why, and what to take instead', async () => {
    const ann = await world.user();
    const { begun } = await ann.enrolSent('sms', { phone: freshPhone() });
    expect(begun.body).toMatchObject({ restricted: true, notice: expect.stringContaining('SIM swap') });
    expect(begun.body.alternatives).toContain('totp');
    expect(begun.body.hint).toMatch(/^\+1•{8}\d\d$/);
    wait(60);
    const { body } = await ann.login();
    expect(body.methods[0]).toMatchObject({ method: 'sms', restricted: true });
  });
});
