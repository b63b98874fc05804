import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { enqueueMail } from '../../src/features/notices/outbox-store.ts';
import { deliverDue } from '../../src/features/notices/outbox-worker.ts';
import { errorName } from '../../src/lib/error-name.ts';
import type { Fault } from '../support/fake-twilio-faults.ts';
import { type MailFault, startCarriers } from '../support/real-carriers.ts';
import { useWorld } from '../support/use-world.ts';

let outside: Awaited<ReturnType<typeof startCarriers>>;
beforeAll(async () => {
  outside = await startCarriers();
});
afterAll(() => outside.close());
const world = useWorld(() => ({ carriers: outside.carriers }));
afterEach(() => outside.mend());

let people = 0;
async function enrol(method: 'sms' | 'email', address: Record<string, string>) {
  people += 1;
  const ann = await world.user();
  const bearer: string = (await ann.login()).body.access_token;
  const from = world.logs.length;
  const answer = await world.call('POST', '/auth/mfa/enroll', { method, ...address }, { bearer });
  const lines = world.logs.slice(from).map((line) => JSON.parse(line));
  return { answer, cause: lines.find(({ msg }) => msg === 'refused')?.cause, logged: JSON.stringify(lines) };
}

const mails: readonly [MailFault, RegExp][] = [
  ['wrong-password', /^Mail EAUTH 535 /],
  ['tls-first', /^Mail ETIMEDOUT /],
  ['nobody', /^Mail ECONNREFUSED /],
  ['no-tls', /^Mail ERR_SSL_WRONG_VERSION_NUMBER /],
  [450, /^Mail EENVELOPE 450 /],
  [550, /^Mail EENVELOPE 550 /],
  ['html', /^Mail EPROTOCOL /],
];

test.each(mails)('OB-9 the log says why no mail went out (%s)', async (fault, cause) => {
  outside.breakMails(fault);
  const failure = await enrol('email', { email: `somebody${people}@example.com` });
  expect(failure.answer).toMatchObject({ status: 503, body: { reason: 'mail_unavailable' } });
  expect(failure.cause).toMatch(cause);
  expect(failure.logged).not.toMatch(/somebody|refused>|wrong/);
  expect(JSON.stringify(failure.answer.body)).not.toMatch(/EAUTH|ECONN|EENVELOPE|ETIMEDOUT/);
});

const texts: readonly [string, Fault, RegExp][] = [
  [
    '21608',
    { code: 21608, status: 400, message: 'The number +15095550142 is unverified.' },
    /^Twilio 21608 400 /,
  ],
  ['20003', { code: 20003, status: 401, message: 'Authenticate' }, /^Twilio 20003 401 /],
  ['500', '500', /^Twilio 20500 500 /],
  ['a page of a proxy', '503-html', /^Twilio 503 /],
  ['silence', 'hang', /^Twilio ETIMEDOUT /],
  ['a closed line', 'hang-up', /^Twilio ECONNRESET /],
];

test.each(texts)('OB-9 the log says why no text message went out (%s)', async (_name, fault, cause) => {
  await outside.breakTexts(fault);
  const failure = await enrol('sms', { phone: `+1509555${1000 + people}` });
  expect(failure.answer).toMatchObject({ status: 503, body: { reason: 'sms_unavailable' } });
  expect(failure.cause).toMatch(cause);
  expect(failure.logged).not.toMatch(/509555|unverified/);
});

test('OB-9 the log says why a mail of the outbox did not go out', async () => {
  outside.breakMails('wrong-password');
  const { db, vault, portalUrl } = world.deps;
  const mail = { to: 'ann@example.com', subject: 'x', text: 'y', html: 'z' };
  await enqueueMail(db, { vault, mail, username: 'ann', now: new Date() });
  const causes: string[] = [];
  const sendMail = outside.carriers.sendMail;
  if (!sendMail) throw new Error('These carriers have no mail');
  await deliverDue({
    db,
    vault,
    portalUrl,
    sendMail,
    onFailure: (error) => void causes.push(errorName(error)),
  });
  expect(causes).toContain('Problem: Mail EAUTH 535');
});
