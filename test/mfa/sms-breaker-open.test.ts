import { beforeEach, describe, expect, test, vi } from 'vitest';
import { runDueBreakers } from '../../src/features/sms/run-due-breakers.ts';
import { dependencyUnavailable } from '../../src/lib/problem.ts';
import { actions, codeOf, wait } from '../support/actor.ts';
import { freshPhone } from '../support/second-factor.ts';
import { sendMany } from '../support/texts.ts';
import { useWorld } from '../support/use-world.ts';

const minute = 60;

describe('while the breaker of text messages is open', () => {
  const texts: { to: string; text: string }[] = [];
  const mails: { to: string; subject: string; text: string; html: string }[] = [];
  let mailFails = false;
  const carriers = {
    sms: { sendSms: async (text: { to: string; text: string }) => void texts.push(text) },
    sendMail: async (mail: (typeof mails)[number]) => {
      if (mailFails) throw dependencyUnavailable({ reason: 'mail_unavailable' });
      mails.push(mail);
    },
  };
  const world = useWorld({ carriers, smsRules: { leastConversionPercent: 30 } });
  beforeEach(async () => {
    vi.setSystemTime(new Date('2031-05-06T09:00:00Z'));
    mailFails = false;
    for (const table of ['smsTexts', 'smsBreakers', 'sends'] as const)
      await world.database.db.deleteFrom(table).execute();
  });

  const runBreakers = () => runDueBreakers(world.deps, () => {});
  const canadian = () => `+1204234${freshPhone().slice(-4)}`;

  /** Texts to strangers that nobody answers, until it trips. */
  async function attack(phoneOf = freshPhone) {
    await sendMany(world.deps, 20, 0, phoneOf);
    wait(6 * minute);
    await runBreakers();
  }

  /** Somebody whose number is proven and comes first. */
  async function withPhone() {
    const ann = actions({ call: world.call, texts, mails }, await world.user());
    const enrolled = await ann.enrolSent('sms', { phone: freshPhone() });
    expect(enrolled.answer.status).toBe(200);
    wait(minute);
    return { ...ann, ...enrolled };
  }
  type Ann = Awaited<ReturnType<typeof withPhone>>;
  const withMail = (ann: Ann) =>
    ann.enrolSent('email', { email: `${ann.username}@second.example` }, ann.bearer);
  const challenge = (temp: string, method: string) =>
    world.call('POST', '/auth/mfa/challenge', { temp_token: temp, method });
  const offered = ({ body }: Awaited<ReturnType<Ann['login']>>) =>
    body.methods.map(({ method }: { method: string }) => method);

  test('attack 47 a user with an app is asked for that, though their number is proven', async () => {
    const ann = await withPhone();
    const { secret } = await ann.enrolTotp(ann.bearer);
    expect((await ann.login()).body.mfa_method).toBe('sms');
    await attack();
    const before = texts.length;
    const login = await ann.login();
    expect(login).toMatchObject({ status: 200, body: { mfa_method: 'totp', challenge: {} } });
    expect(offered(login)).toEqual(['totp', 'sms', 'recovery_code']);
    expect(texts).toHaveLength(before);
    expect((await ann.verify(login.body.temp_token, codeOf(secret))).status).toBe(200);
  });

  test('attack 47 and a user with a mailbox for that, before a text that costs more', async () => {
    const ann = await withPhone();
    await withMail(ann);
    wait(minute);
    await attack();
    const login = await ann.login();
    expect(login.body.mfa_method).toBe('email');
    expect(offered(login)).toEqual(['email', 'sms', 'recovery_code']);
    expect((await ann.verify(login.body.temp_token, ann.lastCode('email'))).status).toBe(200);
  });

  test('attack 47 a proven number is sent its text still: by name, and where there is nothing else', async () => {
    const ann = await withPhone();
    await ann.enrolTotp(ann.bearer);
    const bob = await withPhone();
    await attack();
    const { temp_token: temp } = (await ann.login()).body;
    expect(await challenge(temp, 'sms')).toMatchObject({ status: 200, body: { method: 'sms' } });
    expect((await ann.verify(temp, ann.lastCode('sms'))).status).toBe(200);
    expect((await bob.login()).body.mfa_method).toBe('sms');
  });

  test('attack 47 mail that cannot be sent is no dead end: the text is among the other methods', async () => {
    const ann = await withPhone();
    await withMail(ann);
    wait(minute);
    await attack();
    mailFails = true;
    const login = await ann.login();
    expect(login.status).toBe(503);
    expect(offered(login)).toEqual(['email', 'sms', 'recovery_code']);
    expect((await challenge(login.body.temp_token, 'sms')).status).toBe(200);
    expect((await ann.verify(login.body.temp_token, ann.lastCode('sms'))).status).toBe(200);
  });

  test('attack 47 a step-up that names no factor does the same', async () => {
    const ann = await withPhone();
    await ann.enrolTotp(ann.bearer);
    const { temp_token: temp } = (await ann.login()).body;
    const { access_token: bearer } = (await ann.verify(temp, ann.lastCode('sms'))).body;
    const stepUp = (body: Record<string, unknown>) =>
      world.call('POST', '/auth/mfa/step-up', body, { bearer });
    await attack();
    const step = await stepUp({});
    expect(step).toMatchObject({ status: 200, body: { mfa_method: 'totp' } });
    expect(offered(step)).toEqual(['totp', 'sms', 'recovery_code']);
    expect((await stepUp({ method: 'sms' })).body).toMatchObject({ mfa_method: 'sms' });
  });

  test('attack 47 that of another country changes nothing, nor one that has closed', async () => {
    const ann = await withPhone();
    await ann.enrolTotp(ann.bearer);
    await sendMany(world.deps, 60, 60);
    await attack(canadian);
    expect((await ann.login()).body.mfa_method).toBe('sms');
    wait(2 * 60 * minute);
    await attack();
    expect((await ann.login()).body.mfa_method).toBe('totp');
    wait(31 * minute);
    expect((await ann.login()).body.mfa_method).toBe('totp'); // half open
    await sendMany(world.deps, 5, 5);
    await runBreakers();
    expect((await ann.login()).body.mfa_method).toBe('sms');
  });
});
