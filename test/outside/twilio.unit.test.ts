import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { SendSms } from '../../src/platform/adapters/messages.ts';
import { connectTwilio, type TwilioOptions } from '../../src/platform/adapters/twilio.ts';
import { type FakeTwilio, startFakeTwilio, twilioAccount } from '../support/fake-twilio.ts';
import type { Fault } from '../support/fake-twilio-faults.ts';
import { problemOf as problemWithout } from '../support/problem-of.ts';

const { accountSid, authToken, apiKeySid, apiKeySecret, from, messagingServiceSid } = twilioAccount;
const phone = '+15551230001';
const text = 'Your code is 492039.';

let twilio: FakeTwilio;
beforeAll(async () => {
  twilio = await startFakeTwilio();
});
afterAll(() => twilio.close());

async function messenger(options: Partial<TwilioOptions> = {}): Promise<SendSms> {
  const connected = await connectTwilio({ accountSid, authToken, from, apiUrl: twilio.url, ...options });
  if (!('sendSms' in connected)) throw new Error('This is the Verify driver');
  return connected.sendSms;
}

const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
const problemOf = (call: Promise<unknown>, to = phone) =>
  problemWithout(call, [to, to.slice(1), authToken, apiKeySecret, basic]);

const unavailable = {
  status: 503,
  extensions: { reason: 'sms_unavailable', retry_after: 60, detail: expect.any(String) },
};

describe('A text message by Twilio', () => {
  test('is sent from the number, for five minutes, as a one-time code', async () => {
    const sendSms = await messenger();
    await sendSms({ to: phone, text });
    expect(twilio.messages.at(-1)).toMatchObject({ to: phone, body: text });
    expect(twilio.messages.at(-1)?.form).toEqual({
      ...{
        To: phone,
        From: from,
        Body: text,
        ValidityPeriod: '300',
        MessageIntent: 'otp',
        RiskCheck: 'enable',
      },
    });
  });

  test('is sent for four hours if it is a notice, and not as a one-time code', async () => {
    const sendSms = await messenger();
    await sendSms({ to: phone, text, isNotice: true });
    expect(twilio.messages.at(-1)?.form).toMatchObject({
      ValidityPeriod: '14400',
      MessageIntent: 'security',
    });
  });

  test('is sent by a messaging service with an API key', async () => {
    const options = { authToken: undefined, apiKeySid, apiKeySecret, from: undefined, messagingServiceSid };
    const sendSms = await messenger(options);
    await sendSms({ to: phone, text });
    expect(twilio.messages.at(-1)?.form).toMatchObject({ MessagingServiceSid: messagingServiceSid });
    expect(twilio.messages.at(-1)?.form).not.toHaveProperty('From');
  });

  test.each<[string, number, string, number]>([
    ['+15005550001', 400, 'phone_invalid', 21211],
    ['+15005550009', 400, 'phone_not_sms_capable', 21614],
    ['+15005550002', 503, 'sms_blocked', 21612],
    ['+15005550003', 503, 'sms_blocked', 21408],
    ['+15005550004', 503, 'sms_blocked', 21610],
  ])('to %s ends with %i %s', async (to, status, reason, code) => {
    const problem = await problemOf((await messenger())({ to, text }), to);
    expect(problem).toMatchObject({ status, extensions: { reason } });
    expect(problem.cause).toMatchObject({ message: `Twilio refused: code ${code}, status 400` });
  });

  test('names the field if the number is at fault', async () => {
    const { extensions } = await problemOf((await messenger())({ to: '+15005550001', text }), '+15005550001');
    expect(extensions.errors).toEqual([{ pointer: '#/phone', detail: expect.any(String) }]);
  });

  test.each<[string, Partial<TwilioOptions>, string]>([
    ['a wrong auth token', { authToken: 'wrong' }, 'sms_unavailable'],
    ['a wrong account', { accountSid: `AC${'f'.repeat(32)}`, apiKeySid, apiKeySecret }, 'sms_unavailable'],
    ['a sender that is not ours', { from: '+15005550007' }, 'sms_unavailable'],
    ['a sender whose queue is full', { from: '+15005550008' }, 'sms_rate_limited'],
  ])('with %s is no fault of the user', async (_name, options, reason) => {
    const problem = await problemOf((await messenger(options))({ to: phone, text }));
    expect(problem).toMatchObject({ status: 503, extensions: { reason } });
  });

  test.each<Fault>(['500', '503-html', '200-html', '200-other-json', 'redirect', 'hang-up'])(
    'is unavailable and not tried again after %s',
    async (fault) => {
      const before = twilio.requestCount();
      twilio.fault(fault);
      expect(await problemOf((await messenger())({ to: phone, text }))).toMatchObject(unavailable);
      expect(twilio.requestCount()).toBe(before + 1);
    },
  );

  test('is rate limited, and not tried again, after 429', async () => {
    const before = twilio.requestCount();
    twilio.fault('429');
    const problem = await problemOf((await messenger())({ to: phone, text }));
    expect(problem).toMatchObject({
      status: 503,
      extensions: { reason: 'sms_rate_limited', retry_after: 600 },
    });
    expect(twilio.requestCount()).toBe(before + 1);
  });

  test('understands refusals in the form of RFC 9457', async () => {
    twilio.fault('rfc-9457');
    const problem = await problemOf((await messenger())({ to: phone, text }));
    expect(problem).toMatchObject({ status: 400, extensions: { reason: 'phone_invalid' } });
  });

  test.each<Fault>(['hang', 'trickle'])('gives up in time when Twilio does nothing but %s', async (fault) => {
    twilio.fault(fault);
    const sendSms = await messenger({ timeoutMs: 200 });
    expect(await problemOf(sendSms({ to: phone, text }))).toMatchObject(unavailable);
  });

  test('is unavailable when nobody listens', async () => {
    const gone = await startFakeTwilio();
    await gone.close();
    const problem = await problemOf((await messenger({ apiUrl: gone.url }))({ to: phone, text }));
    expect(problem).toMatchObject(unavailable);
    expect(problem.cause).toMatchObject({ message: 'Twilio gave no usable answer: ECONNREFUSED' });
  });

  test('reaches apiUrl despite any region in the environment', async () => {
    vi.stubEnv('TWILIO_REGION', 'ie1');
    vi.stubEnv('TWILIO_EDGE', 'dublin');
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect((await messenger())({ to: phone, text })).resolves.toBeUndefined();
  });

  test('needs credentials and a sender', async () => {
    await expect(messenger({ authToken: undefined })).rejects.toThrow('auth token');
    await expect(messenger({ from: undefined })).rejects.toThrow('sender');
  });
});
