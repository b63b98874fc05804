import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectSmtp } from '../../src/platform/adapters/smtp.ts';
import { connectTwilio } from '../../src/platform/adapters/twilio.ts';
import { type Actor, wait } from '../support/actor.ts';
import { startFakeTwilio, twilioAccount } from '../support/fake-twilio.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let twilio: Awaited<ReturnType<typeof startFakeTwilio>>;
let sink: Awaited<ReturnType<typeof startSmtpSink>>;
let mail: ReturnType<typeof connectSmtp>;
const lines = {} as Record<Method, Awaited<ReturnType<typeof startTcpProxy>>>;
type Method = 'sms' | 'email';

beforeAll(async () => {
  twilio = await startFakeTwilio();
  sink = await startSmtpSink();
  lines.sms = await startTcpProxy(twilio.url);
  lines.email = await startTcpProxy(sink.url);
  const { accountSid, authToken, from } = twilioAccount;
  const texting = await connectTwilio({
    accountSid,
    authToken,
    from,
    apiUrl: lines.sms.url.replace(/\/$/, ''),
  });
  if (!('sendSms' in texting)) throw new Error('This is the Verify driver');
  mail = connectSmtp({ url: lines.email.url, from: 'login@example.gov' });
  world = await createWorld({ carriers: { sms: texting, sendMail: mail.sendMail } });
});
afterEach(() => {
  for (const line of Object.values(lines)) line.mend();
  vi.useRealTimers();
});
afterAll(async () => {
  await world.close();
  mail.close();
  for (const one of [...Object.values(lines), twilio, sink]) await one.close();
});

const codeSent = (method: Method) =>
  /\d{6}/.exec((method === 'sms' ? twilio.messages.at(-1)?.body : sink.mails.at(-1)?.subject) ?? '')?.[0] ??
  '';

let people = 0;
async function somebodyWith(method: Method): Promise<Actor> {
  people += 1;
  const ann = await world.user();
  const bearer = (await ann.login()).body.access_token;
  const to =
    method === 'sms' ? { phone: `+1509400${1000 + people}` } : { email: `person${people}@example.com` };
  await world.call('POST', '/auth/mfa/enroll', { method, ...to }, { bearer });
  await world.call('POST', '/auth/mfa/verify-enrollment', { token: codeSent(method) }, { bearer });
  wait(31);
  return ann;
}

/** What the line does, and whether a code can get through meanwhile. */
const troubles = [
  ['is cut', (line: (typeof lines)['sms']) => line.cut(), false],
  ['is cut after the first answer', (line: (typeof lines)['sms']) => line.cutAfter(1), false],
  ['falls silent', (line: (typeof lines)['sms']) => line.silence(), false],
  ['is slower by a tenth of a second each way', (line: (typeof lines)['sms']) => line.delay(100), true],
  ['is slower by three seconds each way', (line: (typeof lines)['sms']) => line.delay(3_000), false],
] as const;

describe.each(['sms', 'email'] as const)(
  'HT-5 OB-9 attack 40 where the line to the carrier of %s',
  (method) => {
    test.each(troubles)(
      '%s there is no token, an answer in time, and all is well afterwards',
      { timeout: 30_000 },
      async (_what, trouble, works) => {
        const ann = await somebodyWith(method);
        trouble(lines[method]);
        const answer = await Promise.race([
          ann.login(),
          new Promise<never>((_resolve, reject) => setTimeout(reject, 10_000, new Error('It hung'))),
        ]);
        expect(answer.body.access_token).toBeUndefined();
        // A carrier that was asked and whose answer is lost may have sent the code, which is then good.
        if (works) expect(answer).toMatchObject({ status: 200, body: { mfa_method: method } });
        else if (answer.status !== 200) {
          expect(answer).toMatchObject({ status: 503, type: '/problems/dependency-unavailable' });
          expect(answer.headers['retry-after']).toBe('60');
          expect(answer.body.temp_token).toEqual(expect.any(String));
        }
        lines[method].mend();
        wait(31);
        const later = await ann.login();
        expect(later).toMatchObject({ status: 200, body: { mfa_method: method } });
        expect((await ann.verify(later.body.temp_token, codeSent(method))).status).toBe(200);
      },
    );
  },
);
