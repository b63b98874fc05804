import { beforeEach, describe, expect, test, vi } from 'vitest';
import { sweep } from '../../db/sweep.ts';
import type { SmsRules } from '../../src/domain/sms/sms-limits.ts';
import { dependencyUnavailable } from '../../src/lib/problem.ts';
import { codeOf, wait } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { anotherInstance } from '../support/instance.ts';
import { eventsOf, freshPhone } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { drain, refill, sendTo, spentOf } from '../support/texts.ts';
import { useWorld } from '../support/use-world.ts';
import { createWorld, plentyOfSms } from '../support/world.ts';

const held = (reason = 'sms_paused') => ({
  status: 503,
  type: '/problems/dependency-unavailable',
  body: { reason },
});

describe('the budgets of text messages', () => {
  const world = useWorld();
  beforeEach(async () => {
    vi.setSystemTime(new Date('2031-05-06T09:00:00Z'));
    await refill(world);
    rules({});
  });

  const rules = (some: Partial<SmsRules>) =>
    Object.assign(world.deps, { smsRules: { ...plentyOfSms, ...some } });
  const call = (url: string, body: Record<string, unknown>, bearer?: string) =>
    world.call('POST', url, body, bearer ? { bearer } : {});
  const enrol = (phone: string, bearer: string) => call('/auth/mfa/enroll', { method: 'sms', phone }, bearer);

  async function withPhone() {
    const ann = await world.user();
    const phone = freshPhone();
    const enrolled = await ann.enrolSent('sms', { phone });
    wait(40);
    return { ...ann, ...enrolled, phone };
  }

  describe.each([
    ['day', { perDay: 40 }, 'sms:day', 30], // three quarters: the rest is kept for numbers that were proven
    ['country', { perCountryPerDay: 40 }, 'sms:country:US', 30],
    ['prefix', { perPrefixPerDay: 40 }, 'sms:prefix:+1425300', 30],
  ] as const)('attack 47 of a %s', (_name, some, subject, granted) => {
    test('are exact, however many come at once', async () => {
      rules(some);
      const before = world.texts.length;
      const phone = (one: number) => `+1425300${String(one).padStart(4, '0')}`;
      const all = await Promise.all(Array.from({ length: 100 }, (_, one) => sendTo(world.deps, phone(one))));
      expect(all.filter((one) => 'id' in one)).toHaveLength(granted);
      expect(world.texts.length - before).toBe(granted);
      expect(await spentOf(world, subject)).toBe(granted);
    });
  });

  test('attack 47 what is refused takes nothing from budgets that others share', async () => {
    rules({ perPrefixPerDay: 1 });
    await sendTo(world.deps, '+14253010001');
    for (let one = 2; one < 9; one += 1) await sendTo(world.deps, `+1425301000${one}`);
    expect(await spentOf(world, 'sms:prefix:+1425301')).toBe(1);
    expect(await spentOf(world, 'sms:country:US')).toBe(1);
    expect(await spentOf(world, 'sms:day')).toBe(1);
    rules({ perDay: 1 });
    await sendTo(world.deps, '+14253020001');
    expect(await spentOf(world, 'sms:prefix:+1425302')).toBe(0);
    expect(await spentOf(world, 'sms:country:US')).toBe(1);
  });

  test('attack 47 is reserved before the carrier is asked, and stays reserved if it fails', async () => {
    const spent: number[] = [];
    const sendSms = async () => {
      for (const subject of ['sms:prefix:+1425307', 'sms:country:US', 'sms:day'])
        spent.push(await spentOf(other, subject));
      throw dependencyUnavailable({ reason: 'sms_unavailable' });
    };
    const other = await createWorld({ carriers: { sms: { sendSms } }, smsRules: { perPrefixPerDay: 2 } });
    try {
      const sends = [1, 2, 3].map((one) => () => sendTo(other.deps, `+1425307000${one}`));
      const reasons: unknown[] = [];
      for (const send of sends) reasons.push(Reflect.get(await send(), 'extensions')?.reason);
      expect(reasons).toEqual(['sms_unavailable', 'sms_unavailable', 'sms_paused']);
      expect(spent).toEqual([1, 1, 1, 2, 2, 2]);
      expect(await spentOf(other, 'sms:day')).toBe(2);
    } finally {
      await other.close();
    }
  });

  test('attack 47 nor does who asks too often for one number', async () => {
    const ann = await withPhone();
    const before = await spentOf(world, 'sms:day');
    for (let one = 0; one < 5; one += 1) await ann.login();
    expect(await spentOf(world, 'sms:day')).toBe(before + 1);
  });

  test('attack 47 countries, prefixes and days have budgets of their own', async () => {
    rules({ perCountryPerDay: 4, perPrefixPerDay: 2 });
    const sent = async (phone: string) => 'id' in (await sendTo(world.deps, phone));
    expect([await sent('+14253030001'), await sent('+14253030002'), await sent('+14253030003')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([await sent('+14253040001'), await sent('+14253050001')]).toEqual([true, false]); // three of four
    expect(await sent('+12042345678')).toBe(true); // Canada, though it begins with 1 as well
    vi.setSystemTime(new Date('2031-05-06T23:59:58Z'));
    expect(await sent('+14253060001')).toBe(false);
    vi.setSystemTime(new Date('2031-05-07T00:00:02Z'));
    expect(await sent('+14253060001')).toBe(true);
  });

  test('attack 47 a quarter of the day is kept for numbers that were proven', async () => {
    const ann = await withPhone();
    await refill(world);
    rules({ perDay: 4 });
    for (let one = 0; one < 5; one += 1) await sendTo(world.deps);
    expect(await spentOf(world, 'sms:day')).toBe(3);
    expect((await ann.login()).body.mfa_method).toBe('sms');
    const bob = await withPhoneOf(freshPhone());
    expect(bob).toMatchObject(held());
  });

  async function withPhoneOf(phone: string) {
    const bob = await world.user();
    return enrol(phone, (await bob.login()).body.access_token);
  }

  describe('attack 47 bind every path:', () => {
    test('an enrolment, which leaves no half-made factor', async () => {
      await drain(world, 'sms:day');
      const ann = await world.user();
      const bearer = (await ann.login()).body.access_token;
      const refused = await enrol(freshPhone(), bearer);
      expect(refused).toMatchObject(held());
      expect(Number(refused.headers['retry-after'])).toBe(15 * 3600); // until midnight
      const status = await world.call('GET', '/auth/mfa/status', undefined, { bearer });
      expect(status.body.factors).toEqual([]);
    });

    test('a login, a resend, a switch and a step-up', async () => {
      const ann = await withPhone();
      const temp = (await ann.login()).body.temp_token;
      wait(40);
      await drain(world, 'sms:country:US');
      const texts = world.texts.length;
      expect(await call('/auth/mfa/challenge', { temp_token: temp })).toMatchObject(held());
      expect(await call('/auth/mfa/challenge', { temp_token: temp, method: 'sms' })).toMatchObject(held());
      expect(await call('/auth/mfa/step-up', {}, ann.bearer)).toMatchObject(held());
      expect(await ann.login()).toMatchObject(held());
      expect(world.texts.length).toBe(texts);
      const events = await eventsOf(world, ann.id);
      expect(events.at(-1)).toMatchObject({ type: 'mfa_send_failed', detail: { reason: 'sms_paused' } });
    });

    test('Twilio Verify, which makes its own codes', async () => {
      let started = 0;
      const start = async () => {
        started += 1;
        return 'VE1';
      };
      const verifySms = { start, check: async () => true };
      const other = await createWorld({ carriers: { sms: { verifySms } }, smsRules: { perPrefixPerDay: 2 } });
      try {
        const all = await Promise.all(Array.from({ length: 20 }, () => sendTo(other.deps)));
        expect(all.filter((one) => 'id' in one)).toHaveLength(2);
        expect(started).toBe(2);
      } finally {
        await other.close();
      }
    });
  });

  describe('nobody is locked out who has another method', () => {
    test('attack 47 an app is asked for at once, and lets its owner in', async () => {
      const ann = await withPhone();
      const { secret } = await ann.enrolTotp(ann.bearer);
      await drain(world, 'sms:day');
      const login = await ann.login();
      expect(login).toMatchObject({ status: 200, body: { mfa_method: 'totp', challenge: {} } });
      const offered = login.body.methods.map(({ method }: { method: string }) => method);
      expect(offered).toEqual(['totp', 'recovery_code']);
      expect((await ann.verify(login.body.temp_token, codeOf(secret))).status).toBe(200);
      const types = (await eventsOf(world, ann.id)).map(({ type }) => type);
      expect(types.slice(-4)).toEqual([
        'mfa_send_failed',
        'mfa_challenge',
        'mfa_passed',
        'authn_login_success',
      ]);
    });

    test('attack 47 the cheapest first: an app before mail, mail where there is no app', async () => {
      const ann = await withPhone();
      const mailed = await ann.enrolSent('email', { email: `${ann.username}@second.example` }, ann.bearer);
      wait(40);
      await drain(world, 'sms:day');
      expect((await ann.login()).body.mfa_method).toBe('email');
      const named = await call('/auth/mfa/step-up', { method: 'sms' }, mailed.bearer);
      expect(named).toMatchObject(held()); // the user who names it is refused
      const app = await ann.enrolTotp(ann.bearer);
      wait(40);
      const step = await call('/auth/mfa/step-up', {}, app.bearer);
      expect(step.body).toMatchObject({ mfa_method: 'totp' });
      expect((await ann.login()).body.mfa_method).toBe('totp');
    });

    test('attack 47 a step-up that names no factor asks for another one at once', async () => {
      const ann = await withPhone();
      const { secret } = await ann.enrolTotp(ann.bearer);
      const { temp_token: temp } = (await ann.login()).body;
      const { access_token: bearer } = (await ann.verify(temp, ann.lastCode('sms'))).body;
      wait(40);
      await drain(world, 'sms:day');
      const step = await call('/auth/mfa/step-up', {}, bearer);
      expect(step).toMatchObject({ status: 200, body: { mfa_method: 'totp' } });
      expect((await ann.verify(step.body.temp_token, codeOf(secret))).status).toBe(200);
    });

    test('attack 47 a user with text messages alone is informed, and a recovery code still opens', async () => {
      const ann = await withPhone();
      await drain(world, 'sms:day');
      const login = await ann.login();
      expect(login).toMatchObject(held());
      expect(login.headers).toHaveProperty('retry-after');
      const offered = login.body.methods.map(({ method }: { method: string }) => method);
      expect(offered).toEqual(['sms', 'recovery_code']);
      expect(JSON.stringify(login.body)).not.toContain(ann.phone);
      expect((await ann.verify(login.body.temp_token, ann.codes[0] ?? '')).status).toBe(200);
    });

    test('attack 47 a spent budget waives no factor, though the area waives what cannot be asked', async () => {
      const root = await staff(world);
      const { body } = await root.get('/admin/areas/public');
      await root.put('/admin/areas/public', { ...body.policy, provider_outage: 'open' });
      const ann = await withPhone();
      await drain(world, 'sms:day');
      const login = await ann.login();
      expect(login).toMatchObject(held());
      expect(login.body).not.toHaveProperty('access_token');
      await root.put('/admin/areas/public', body.policy);
    });
  });

  describe('countries', () => {
    test('attack 47 one that is not allowed cannot be enrolled, and the answer says which are', async () => {
      const other = await createWorld({ smsRules: { countries: ['US'] } });
      try {
        const ann = await other.user();
        const bearer = (await ann.login()).body.access_token;
        const begin = (phone: string) =>
          other.call('POST', '/auth/mfa/enroll', { method: 'sms', phone }, { bearer });
        expect(await begin('+12042345678')).toMatchObject({
          status: 400,
          type: '/problems/invalid-request',
          body: { errors: [{ pointer: '#/phone', detail: expect.stringContaining('only: US') }] },
        });
        expect(other.texts).toEqual([]);
        expect(await spentOf(other, 'sms:day')).toBe(0);
        expect((await begin(freshPhone())).status).toBe(200);
      } finally {
        await other.close();
      }
    });

    test('attack 47 one that was taken from the list afterwards is no dead end', async () => {
      const ann = await world.user();
      const { bearer, codes } = await ann.enrolSent('sms', { phone: '+12042345680' });
      wait(40);
      rules({ countries: ['US'] });
      const alone = await ann.login();
      expect(alone).toMatchObject(held('sms_country_not_allowed'));
      expect((await ann.verify(alone.body.temp_token, codes[0] ?? '')).status).toBe(200);
      const events = await eventsOf(world, ann.id);
      expect(events.find(({ type }) => type === 'mfa_send_failed')).toMatchObject({
        detail: { reason: 'sms_country_not_allowed' },
      });
      rules({});
      const more = await world.user();
      const second = await more.enrolSent('sms', { phone: '+12042345681' });
      const { secret } = await more.enrolTotp(second.bearer);
      rules({ countries: ['US'] });
      const login = await more.login();
      expect(login.body.mfa_method).toBe('totp');
      expect((await more.verify(login.body.temp_token, codeOf(secret))).status).toBe(200);
      expect(bearer).toBeTruthy();
    });
  });

  test('attack 47 what was sent is swept after days, not before', async () => {
    await sendTo(world.deps);
    const count = async () => (await world.database.db.selectFrom('smsTexts').select('id').execute()).length;
    const before = await count();
    expect(before).toBeGreaterThan(0);
    wait(3600);
    await sweep(world.database.db, new Date());
    expect(await count()).toBe(before);
    wait(99 * 3600);
    await sweep(world.database.db, new Date());
    expect(await count()).toBe(0);
  });

  // The embedded database belongs to one process.
  test.skipIf(!serverUrl)('attack 47 two instances share one budget', async () => {
    rules({ perDay: 40 });
    const other = await anotherInstance(world);
    try {
      const all = await Promise.all(
        Array.from({ length: 100 }, (_, one) => sendTo(one % 2 ? world.deps : other.deps)),
      );
      expect(all.filter((one) => 'id' in one)).toHaveLength(30);
    } finally {
      await other.close();
    }
  });
});
