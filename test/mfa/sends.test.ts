import { describe, expect, test } from 'vitest';
import { dependencyUnavailable } from '../../src/lib/problem.ts';
import { codeOf, wait } from '../support/actor.ts';
import { eventTypesOf, freshPhone, otherThan } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import { createWorld } from '../support/world.ts';

describe('sending codes', () => {
  const world = useWorld();

  const resend = (tempToken: string, choice: Record<string, unknown> = {}) =>
    world.call('POST', '/auth/mfa/challenge', { temp_token: tempToken, ...choice });
  const textsTo = (phone: string) => world.texts.filter(({ to }) => to === phone).length;
  const tooMany = (retryAfter: number) => ({
    status: 429,
    type: '/problems/too-many-attempts',
    body: { retry_after: retryAfter, reason: 'send' },
    headers: { 'retry-after': String(retryAfter), 'cache-control': 'no-store' },
  });

  async function withPhone() {
    const ann = await world.user();
    const phone = freshPhone();
    const { bearer } = await ann.enrolSent('sms', { phone });
    return { ...ann, phone, bearer };
  }

  test('OB-5 thirty seconds lie between two', async () => {
    const ann = await withPhone();
    wait(40);
    const tempToken = (await ann.login()).body.temp_token;
    wait(10);
    expect(await resend(tempToken)).toMatchObject(tooMany(20));
    wait(19);
    expect(await resend(tempToken)).toMatchObject(tooMany(1));
    wait(1);
    expect((await resend(tempToken)).status).toBe(200);
    expect(textsTo(ann.phone)).toBe(3);
  });

  test('OB-5 three are sent in fifteen minutes, and the fourth when the time said is over', async () => {
    const ann = await withPhone(); // the first
    wait(60);
    const tempToken = (await ann.login()).body.temp_token;
    wait(60);
    expect((await resend(tempToken)).status).toBe(200);
    wait(60);
    expect(await resend(tempToken)).toMatchObject(tooMany(720));
    wait(719);
    expect((await ann.login()).body).toMatchObject({ sent: false, resend_in: 1 });
    expect(textsTo(ann.phone)).toBe(3);
    wait(1);
    const login = await ann.login();
    expect(login.status).toBe(200);
    expect(textsTo(ann.phone)).toBe(4);
    expect((await ann.verify(login.body.temp_token, ann.lastCode('sms'))).status).toBe(200);
  });

  test.each(['sms', 'email'] as const)(
    'a login right after a code by %s waits for the next one',
    async (method) => {
      const ann = await world.user();
      const to = method === 'sms' ? { phone: freshPhone() } : { email: `${ann.username}@second.example` };
      await ann.enrolSent(method, to);
      wait(10);
      const login = await ann.login();
      expect(login).toMatchObject({
        status: 200,
        body: { mfa_required: true, mfa_method: method, sent: false, resend_in: 20, challenge: {} },
      });
      const { temp_token: tempToken } = login.body;
      expect((await ann.verify(tempToken, ann.lastCode(method))).status).toBe(403); // no code of another challenge
      wait(20);
      const sent = await resend(tempToken);
      expect(sent).toMatchObject({ status: 200, body: { method, resend_in: 30 } });
      expect((await ann.verify(tempToken, ann.lastCode(method))).status).toBe(200);
    },
  );

  test('a challenge says when its code may be sent again: the third of a window, when that is over', async () => {
    const ann = await world.user();
    const { body } = await world.call(
      'POST',
      '/auth/mfa/enroll',
      { method: 'sms', phone: freshPhone() },
      { bearer: (await ann.login()).body.access_token },
    );
    expect(body).toMatchObject({ resend_in: 30 });
    const bob = await withPhone();
    wait(60);
    const { temp_token: tempToken, ...login } = (await bob.login()).body;
    expect(login).toMatchObject({ resend_in: 30 });
    expect(login.sent).toBeUndefined();
    wait(60);
    expect((await resend(tempToken)).body).toMatchObject({ resend_in: 780 });
  });

  test('OB-5 a resend that is refused leaves the code before alive', async () => {
    const ann = await withPhone();
    wait(60);
    const tempToken = (await ann.login()).body.temp_token;
    const code = ann.lastCode('sms');
    expect((await resend(tempToken)).status).toBe(429);
    expect((await ann.verify(tempToken, code)).status).toBe(200);
  });

  test('OB-5 asking again and again does not put the next one off', async () => {
    const ann = await withPhone();
    wait(60);
    const tempToken = (await ann.login()).body.temp_token;
    for (let one = 0; one < 10; one += 1) {
      wait(2);
      expect((await resend(tempToken)).status).toBe(429);
    }
    wait(10);
    expect((await resend(tempToken)).status).toBe(200);
  });

  test('OB-5 whose code cannot be sent goes on with another method', async () => {
    const ann = await withPhone();
    const { secret } = await ann.enrolTotp(ann.bearer);
    const login = await ann.login(); // within thirty seconds of the enrolment
    expect(login).toMatchObject({ status: 200, body: { sent: false, resend_in: 30, challenge: {} } });
    const methods = login.body.methods.map(({ method }: { method: string }) => method);
    expect(methods.sort()).toEqual(['recovery_code', 'sms', 'totp']);
    expect(JSON.stringify(login.body)).not.toContain(ann.phone);
    const { temp_token: tempToken } = login.body;
    expect((await ann.verify(tempToken, ann.lastCode('sms'))).status).toBe(403);
    expect((await resend(tempToken, { method: 'totp' })).status).toBe(200);
    expect((await ann.verify(tempToken, codeOf(secret))).status).toBe(200);
    expect(textsTo(ann.phone)).toBe(1);
  });

  test('OB-5 whose code cannot be sent gets in with a recovery code', async () => {
    const ann = await world.user();
    const { codes } = await ann.enrolSent('sms', { phone: freshPhone() });
    const login = await ann.login();
    expect(login.body).toMatchObject({ sent: false });
    expect((await ann.verify(login.body.temp_token, codes[0] ?? '')).status).toBe(200);
  });

  test('OB-5, attack 47 a user has one budget for all numbers', async () => {
    const ann = await withPhone();
    const second = freshPhone();
    const enrol = (phone: string) =>
      world.call('POST', '/auth/mfa/enroll', { method: 'sms', phone }, { bearer: ann.bearer });
    expect(await enrol(second)).toMatchObject(tooMany(30));
    for (const status of [200, 200, 429]) {
      wait(30);
      expect((await enrol(freshPhone())).status).toBe(status);
    }
    expect(textsTo(second)).toBe(0);
  });

  test('OB-5, attack 47 a number has one budget for all users', async () => {
    const phone = freshPhone();
    const begin = async () => {
      const user = await world.user();
      const bearer = (await user.login()).body.access_token;
      return world.call('POST', '/auth/mfa/enroll', { method: 'sms', phone }, { bearer });
    };
    expect((await begin()).status).toBe(200);
    expect(await begin()).toMatchObject(tooMany(30));
    for (const status of [200, 200, 429, 429]) {
      wait(30);
      expect((await begin()).status).toBe(status);
    }
    expect(textsTo(phone)).toBe(3);
  });

  test('attack 47 an address is no other one for its capitals: not for the budget, not for its owner', async () => {
    const { username } = await world.user();
    const begin = async (email: string) => {
      const user = await world.user();
      const bearer = (await user.login()).body.access_token;
      return world.call('POST', '/auth/mfa/enroll', { method: 'email', email }, { bearer });
    };
    expect((await begin(`${username}@victim.example`)).status).toBe(200);
    expect((await begin(`${username}@VICTIM.example`)).status).toBe(429);
    expect((await begin(`${username.toUpperCase()}@victim.example`)).status).toBe(429);
    const ann = await world.user();
    const { bearer } = await ann.enrolSent('email', { email: `${ann.username}@second.example` });
    wait(60);
    const email = `${ann.username.toUpperCase()}@Second.example`;
    const again = await world.call('POST', '/auth/mfa/enroll', { method: 'email', email }, { bearer });
    expect(again).toMatchObject({ status: 409, type: '/problems/factor-exists' });
  });

  test('attack 47 beginning an enrolment again and again sends no more than that', async () => {
    const ann = await world.user();
    const phone = freshPhone();
    const bearer = (await ann.login()).body.access_token;
    for (let one = 0; one < 20; one += 1) {
      await world.call('POST', '/auth/mfa/enroll', { method: 'sms', phone }, { bearer });
      wait(20);
    }
    expect(textsTo(phone)).toBe(3);
  });

  test('OB-5 step-ups are sends too', async () => {
    const ann = await withPhone();
    const stepUp = () => world.call('POST', '/auth/mfa/step-up', {}, { bearer: ann.bearer });
    expect(await stepUp()).toMatchObject(tooMany(30));
    for (const status of [200, 200, 429]) {
      wait(30);
      expect((await stepUp()).status).toBe(status);
    }
    expect(textsTo(ann.phone)).toBe(3);
  });

  test('attack 47 a wrong password sends nothing', async () => {
    const ann = await withPhone();
    wait(60);
    const before = textsTo(ann.phone);
    for (const password of ['wrong', `${ann.password} `]) {
      expect((await ann.login('public', { password })).status).toBe(401);
    }
    expect(textsTo(ann.phone)).toBe(before);
  });

  test('OB-5 SMS and mail have budgets of their own', async () => {
    const ann = await withPhone();
    const { begun } = await ann.enrolSent('email', { email: `${ann.username}@second.example` }, ann.bearer);
    expect(begun.status).toBe(200);
  });

  test('OB-9 a carrier that fails leaves no half-made factor, gives no token, and other ways stay open', async () => {
    let fails = false;
    const texts: { to: string; text: string }[] = [];
    const sendSms = async (message: { to: string; text: string }) => {
      if (fails) throw dependencyUnavailable({ detail: 'The carrier does not answer.' });
      texts.push(message);
    };
    const other = await createWorld({ carriers: { sms: { sendSms } } });
    try {
      const ann = await other.user();
      const { secret, bearer: first } = await ann.enrolTotp();
      const begin = (bearer: string) =>
        other.call('POST', '/auth/mfa/enroll', { method: 'sms', phone: freshPhone() }, { bearer });
      expect((await begin(first)).status).toBe(200);
      const token = /\d{6}/.exec(texts.at(-1)?.text ?? '')?.[0] ?? '';
      const { body } = await other.call('POST', '/auth/mfa/verify-enrollment', { token }, { bearer: first });
      const bearer = body.access_token;
      await other.call('PATCH', `/auth/mfa/factors/${body.factor_id}`, { default: true }, { bearer: first });
      wait(60);
      fails = true;
      expect(await begin(first)).toMatchObject({ status: 503, type: '/problems/dependency-unavailable' });
      const status = await other.call('GET', '/auth/mfa/status', undefined, { bearer });
      expect(status.body.factors).toHaveLength(2);
      wait(60);
      const login = await ann.login();
      expect(login).toMatchObject({ status: 503, type: '/problems/dependency-unavailable' });
      expect(login.body).not.toHaveProperty('access_token');
      const { temp_token: tempToken } = login.body;
      expect((await ann.verify(tempToken, otherThan(token))).status).toBe(403);
      await other.call('POST', '/auth/mfa/challenge', { temp_token: tempToken, method: 'totp' });
      expect((await ann.verify(tempToken, codeOf(secret))).status).toBe(200);
      expect(await eventTypesOf(other, ann.id)).toContain('mfa_send_failed');
    } finally {
      await other.close();
    }
  });
});
