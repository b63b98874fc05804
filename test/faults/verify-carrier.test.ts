import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectTwilio } from '../../src/platform/adapters/twilio.ts';
import { type Actor, wait } from '../support/actor.ts';
import { type FakeTwilio, startFakeTwilio, twilioAccount } from '../support/fake-twilio.ts';
import type { Fault } from '../support/fake-twilio-faults.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let twilio: FakeTwilio;
beforeAll(async () => {
  twilio = await startFakeTwilio();
  const { accountSid, authToken, verifyServiceSid } = twilioAccount;
  const sms = await connectTwilio({ accountSid, authToken, verifyServiceSid, apiUrl: twilio.url });
  world = await createWorld({ carriers: { sms } });
});
afterAll(async () => {
  await world.close();
  await twilio.close();
});
afterEach(() => void vi.useRealTimers());

let phones = 0;
const codeFor = (phone: string) => twilio.verifications.findLast(({ to }) => to === phone)?.code ?? '';
const otherThan = (code: string) => (code === '000000' ? '000001' : '000000');

async function begin() {
  const ann = await world.user();
  const bearer: string = (await ann.login()).body.access_token;
  phones += 1;
  const phone = `+1509500${String(phones).padStart(4, '0')}`;
  const begun = await world.call('POST', '/auth/mfa/enroll', { method: 'sms', phone }, { bearer });
  const confirm = (token: string) => world.call('POST', '/auth/mfa/verify-enrollment', { token }, { bearer });
  return { ann, phone, begun, confirm };
}

/** Somebody with a phone, past the password, with a code on the way. */
async function challenged() {
  const { ann, phone, confirm } = await begin();
  expect((await confirm(codeFor(phone))).status).toBe(200);
  wait(31);
  const { temp_token } = (await ann.login()).body;
  const verify = (code: string) => ann.verify(temp_token, code);
  return { ann, phone, verify, temp_token: String(temp_token) };
}

const inARow = async ({ id }: Actor) => {
  const { database } = world;
  const row = database.db.selectFrom('throttles').selectAll().where('userId', '=', id);
  const { paid, failed, inARow } = await row.executeTakeFirstOrThrow();
  return { paid, failed, inARow };
};

describe('with Twilio Verify as carrier', () => {
  test('OB-3 a code of Twilio’s own confirms, logs in, and works once', async () => {
    const { begun, phone, confirm, ann } = await begin();
    expect(begun).toMatchObject({
      status: 200,
      body: { restricted: true, hint: expect.stringContaining('•') },
    });
    expect(await confirm(otherThan(codeFor(phone)))).toMatchObject({ status: 403 });
    expect(await confirm(codeFor(phone))).toMatchObject({ status: 200, body: { success: true } });
    const enrolmentCode = codeFor(phone);

    wait(31);
    const challenge = await ann.login();
    expect(challenge.body).toMatchObject({ mfa_required: true, mfa_method: 'sms' });
    const { temp_token } = challenge.body;
    const code = codeFor(phone);
    if (enrolmentCode !== code) expect((await ann.verify(temp_token, enrolmentCode)).status).toBe(403);
    expect(await ann.verify(temp_token, code)).toMatchObject({ status: 200, body: { mfa_required: false } });
    expect(await ann.verify(temp_token, code)).toMatchObject({ status: 401 });

    wait(31);
    const again = await ann.login();
    if (codeFor(phone) !== code) expect((await ann.verify(again.body.temp_token, code)).status).toBe(403);
  });

  test('LG-4 the code of another’s phone does not open one’s login', async () => {
    const ann = await challenged();
    const eve = await challenged();
    expect((await eve.verify(codeFor(ann.phone))).status).toBe(
      codeFor(ann.phone) === codeFor(eve.phone) ? 200 : 403,
    );
    expect((await ann.verify(codeFor(ann.phone))).status).toBe(200);
  });

  test('OB-2 a code ends with our five minutes, though Twilio would take it for ten', async () => {
    const { verify, phone } = await challenged();
    wait(301);
    expect(await verify(codeFor(phone))).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
  });

  test('RL-1 RL-7 after three wrong codes Twilio is not even asked', async () => {
    const { verify, phone } = await challenged();
    for (const left of [2, 1, 0]) {
      expect((await verify(otherThan(codeFor(phone)))).body.attempts_remaining).toBe(left);
    }
    const before = twilio.requestCount();
    expect((await verify(codeFor(phone))).status).toBe(429);
    expect(twilio.requestCount()).toBe(before);
  });

  test.each<Fault>(['500', '503-html', '200-html', '200-other-json', '429', 'redirect', 'hang-up'])(
    'OB-9 attack 40 a check that meets %s passes nobody and costs nothing, however often',
    async (fault) => {
      const { verify, phone, ann } = await challenged();
      const before = await inARow(ann);
      for (let tried = 0; tried < 4; tried += 1) {
        twilio.fault(fault);
        const { status, type, body } = await verify(codeFor(phone));
        expect({ status, type }).toEqual({ status: 503, type: '/problems/dependency-unavailable' });
        expect(JSON.stringify(body)).not.toContain('token');
      }
      expect(await inARow(ann)).toEqual(before);
      expect((await verify(otherThan(codeFor(phone)))).body.attempts_remaining).toBe(2);
      expect((await verify(codeFor(phone))).status).toBe(200);
    },
  );

  test('OB-9 a check of a number that Twilio now refuses is no fault of the request, and costs nothing', async () => {
    const { verify, phone, ann } = await challenged();
    const before = await inARow(ann);
    twilio.fault({ code: 60205, status: 403, message: 'SMS is not supported by landline phone number' });
    expect(await verify(codeFor(phone))).toMatchObject({
      status: 503,
      body: { reason: 'phone_not_sms_capable' },
    });
    expect(await inARow(ann)).toEqual(before);
    expect((await verify(codeFor(phone))).status).toBe(200);
  });

  describe('and a peer that never answers', () => {
    let waiting: Awaited<ReturnType<typeof challenged>>;
    beforeAll(async () => {
      waiting = await challenged();
      vi.useRealTimers();
    });

    test('OB-9 attack 40 a check ends with 503 in time, and the code is still good', {
      timeout: 6_000,
    }, async () => {
      const { verify, phone } = waiting;
      twilio.fault('hang');
      expect(await verify(codeFor(phone))).toMatchObject({
        status: 503,
        body: { reason: 'sms_unavailable' },
      });
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
      expect((await verify(codeFor(phone))).status).toBe(200);
    });
  });

  test('OB-9 an enrolment that nobody can check is confirmed when somebody can', async () => {
    const { confirm, phone, ann } = await begin();
    twilio.fault('500');
    expect((await confirm(codeFor(phone))).status).toBe(503);
    expect((await ann.login()).body).toMatchObject({ mfa_required: false });
    expect((await confirm(codeFor(phone))).status).toBe(200);
  });

  test('OB-9 a code that Twilio knows no more is wrong, not an outage', async () => {
    const { verify, phone } = await challenged();
    twilio.fault({ code: 20404, status: 404, message: 'not found' });
    expect(await verify(codeFor(phone))).toMatchObject({ status: 403, body: { attempts_remaining: 2 } });
  });
});
