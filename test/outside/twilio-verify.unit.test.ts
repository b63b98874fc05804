import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { VerifySms } from '../../src/platform/adapters/messages.ts';
import { connectTwilio, type TwilioOptions } from '../../src/platform/adapters/twilio.ts';
import { type FakeTwilio, startFakeTwilio, twilioAccount } from '../support/fake-twilio.ts';
import type { Fault } from '../support/fake-twilio-faults.ts';
import { problemOf as problemWithout } from '../support/problem-of.ts';

const { accountSid, authToken, verifyServiceSid } = twilioAccount;

let twilio: FakeTwilio;
beforeAll(async () => {
  twilio = await startFakeTwilio();
});
afterAll(() => twilio.close());

async function verifier(options: Partial<TwilioOptions> = {}): Promise<VerifySms> {
  const connected = await connectTwilio({
    accountSid,
    authToken,
    verifyServiceSid,
    apiUrl: twilio.url,
    ...options,
  });
  if (!('verifySms' in connected)) throw new Error('This is the Messages driver');
  return connected.verifySms;
}

/** A number of its own for each test, because Twilio keeps one verification for each. */
let numbers = 0;
const newPhone = () => `+1555124${String(numbers++).padStart(4, '0')}`;

const codeOf = (reference: string) => twilio.verifications.find(({ sid }) => sid === reference)?.code ?? '';
const wrongCodeOf = (reference: string) => (codeOf(reference) === '000000' ? '000001' : '000000');

const problemOf = (call: Promise<unknown>, to = '+1555124') =>
  problemWithout(call, [to, to.slice(1), authToken]);
const unavailable = {
  status: 503,
  extensions: { reason: 'sms_unavailable', retry_after: 60, detail: expect.any(String) },
};

describe('A verification by Twilio', () => {
  test('passes for the code that was sent, once', async () => {
    const { start, check } = await verifier();
    const to = newPhone();
    const reference = await start(to, 'es');
    expect(twilio.verifications.at(-1)).toMatchObject({ sid: reference, to, locale: 'es', sends: 1 });
    expect(await check(reference, codeOf(reference))).toBe(true);
    expect(await check(reference, codeOf(reference))).toBe(false);
  });

  test('fails for a wrong code, a code in no known form, and a reference to nothing', async () => {
    const { start, check } = await verifier();
    const reference = await start(newPhone(), 'en');
    expect(await check(reference, wrongCodeOf(reference))).toBe(false);
    expect(await check(reference, 'no code')).toBe(false);
    expect(await check(`VE${'0'.repeat(32)}`, '123456')).toBe(false);
  });

  test('fails once its ten minutes are over', async () => {
    const { start, check } = await verifier();
    const reference = await start(newPhone(), 'en');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 60_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect(await check(reference, codeOf(reference))).toBe(false);
  });

  test('says that too many codes were tried instead of calling the right one wrong', async () => {
    const { start, check } = await verifier();
    const to = newPhone();
    const reference = await start(to, 'en');
    for (let tried = 0; tried < 5; tried++) await check(reference, wrongCodeOf(reference));
    const problem = await problemOf(check(reference, codeOf(reference)), to);
    expect(problem).toMatchObject({
      status: 503,
      extensions: { reason: 'sms_rate_limited', retry_after: 600 },
    });
  });

  test('is sent five times at most', async () => {
    const { start } = await verifier();
    const to = newPhone();
    for (let sent = 0; sent < 5; sent++) await start(to, 'en');
    const problem = await problemOf(start(to, 'en'), to);
    expect(problem).toMatchObject({
      status: 503,
      extensions: { reason: 'sms_rate_limited', retry_after: 600 },
    });
  });

  test.each<[number, number, string]>([
    [60205, 403, 'phone_not_sms_capable'],
    [60410, 403, 'sms_blocked'],
    [60605, 403, 'sms_blocked'],
    [60212, 429, 'sms_rate_limited'],
    [60999, 400, 'sms_unavailable'],
  ])('refused with %i, status %i, ends with %s', async (code, status, reason) => {
    const to = newPhone();
    twilio.fault({ code, status, message: `Refused for ${to}` });
    const problem = await problemOf((await verifier()).start(to, 'en'), to);
    expect(problem.extensions).toMatchObject({ reason });
  });

  test('refuses what is no number', async () => {
    const problem = await problemOf((await verifier()).start('+0123456789', 'en'), '+0123456789');
    expect(problem).toMatchObject({ status: 400, extensions: { reason: 'phone_invalid' } });
  });

  test.each<Fault>(['500', '503-html', '200-html', 'hang', 'trickle', 'hang-up'])(
    'neither starts nor passes with a peer that answers %s',
    async (fault) => {
      const { start, check } = await verifier({ timeoutMs: 200 });
      twilio.fault(fault, 2);
      expect(await problemOf(start(newPhone(), 'en'))).toMatchObject(unavailable);
      expect(await problemOf(check(`VE${'0'.repeat(32)}`, '123456'))).toMatchObject(unavailable);
    },
  );

  test('neither starts nor passes on JSON that is not from Twilio', async () => {
    const { start, check } = await verifier();
    twilio.fault('200-other-json', 2);
    expect(await problemOf(start(newPhone(), 'en'))).toMatchObject(unavailable);
    expect(await problemOf(check(`VE${'0'.repeat(32)}`, '123456'))).toMatchObject(unavailable);
  });

  test('is unavailable with a wrong token or a service that does not exist', async () => {
    expect(await problemOf((await verifier({ authToken: 'wrong' })).start(newPhone(), 'en'))).toMatchObject(
      unavailable,
    );
    const { start } = await verifier({ verifyServiceSid: `VA${'f'.repeat(32)}` });
    expect(await problemOf(start(newPhone(), 'en'))).toMatchObject(unavailable);
  });
});
