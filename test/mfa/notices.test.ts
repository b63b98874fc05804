import { describe, expect, test } from 'vitest';
import { plainLetterhead } from '../../src/domain/notices/letterhead.ts';
import { type Notice, writeNotice } from '../../src/domain/notices/notices.ts';
import { deliverDue } from '../../src/features/notices/outbox-worker.ts';
import type { Mail } from '../../src/platform/adapters/messages.ts';
import { wait, wrongCodeOf } from '../support/actor.ts';
import { timeInMails } from '../support/read-mail.ts';
import { freshPhone, mailsTo } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

const added = 'A second factor was added to your account';
const removed = 'A second factor was removed from your account';
const disabled = 'Two-factor login was switched off for your account';
const recovered = 'A recovery code was used to log in to your account';
const regenerated = 'The recovery codes of your account were replaced';
const passwordChanged = 'The password of your account was changed';

describe('the owner of an account is notified', () => {
  const world = useWorld();

  const call: World['call'] = (...given) => world.call(...given);
  const subjects = (mails: readonly Mail[]) => mails.map(({ to, subject }) => `${to}: ${subject}`).sort();

  /** Somebody whom mails reach at two addresses: the account's, and that of an e-mail factor. */
  async function reachable() {
    const ann = await world.user();
    const address = ann.email ?? '';
    const mailbox = `${ann.username}@second.example`;
    const app = await ann.enrolTotp();
    const { bearer, factorId } = await ann.enrolSent('email', { email: mailbox }, app.bearer);
    const mails = () => mailsTo(world, address, mailbox);
    const first = await mails();
    return { ...ann, app, bearer, mailId: factorId, address, mailbox, mails: mails, first };
  }

  test('LC-3, OB-7 of a factor that was added, at the old address and the new', async () => {
    const ann = await reachable();
    expect(subjects(ann.first)).toEqual([
      `${ann.address}: ${added}`,
      `${ann.address}: ${added}`,
      `${ann.mailbox}: ${added}`,
    ]);
  });

  test('LC-3 of a factor that was removed', async () => {
    const ann = await reachable();
    await call('DELETE', `/auth/mfa/factors/${ann.app.factorId}`, undefined, { bearer: ann.bearer });
    expect(subjects(await ann.mails())).toEqual([`${ann.address}: ${removed}`, `${ann.mailbox}: ${removed}`]);
  });

  test('LC-3, OB-7 of a mailbox that was removed, there too', async () => {
    const ann = await reachable();
    await call('DELETE', `/auth/mfa/factors/${ann.mailId}`, undefined, { bearer: ann.bearer });
    expect(subjects(await ann.mails())).toEqual([`${ann.address}: ${removed}`, `${ann.mailbox}: ${removed}`]);
  });

  test('LC-3 that two-factor login was switched off', async () => {
    const ann = await reachable();
    const { password, bearer } = ann;
    await call('POST', '/auth/mfa/disable', { password }, { bearer });
    expect(subjects(await ann.mails())).toEqual([
      `${ann.address}: ${disabled}`,
      `${ann.mailbox}: ${disabled}`,
    ]);
  });

  test('LC-3, RK-5 that a recovery code was used, at every address', async () => {
    const ann = await reachable();
    const { temp_token: tempToken } = (await ann.login()).body;
    expect((await ann.verify(tempToken, ann.app.codes[0] ?? '')).status).toBe(200);
    const mails = await ann.mails();
    expect(subjects(mails)).toEqual([`${ann.address}: ${recovered}`, `${ann.mailbox}: ${recovered}`]);
    expect(mails[0]?.text).toContain('9 codes left');
  });

  test('LC-3, RK-5 that the recovery codes were replaced', async () => {
    const ann = await reachable();
    const { password, bearer } = ann;
    await call('POST', '/auth/mfa/recovery-codes/regenerate', { password }, { bearer });
    expect(subjects(await ann.mails())).toEqual([
      `${ann.address}: ${regenerated}`,
      `${ann.mailbox}: ${regenerated}`,
    ]);
  });

  test('LC-3 that the password was changed', async () => {
    const ann = await reachable();
    const change = { current_password: ann.password, new_password: 'nine dry raincoats' };
    expect((await call('POST', '/auth/password', change, { bearer: ann.bearer })).status).toBe(204);
    expect(subjects(await ann.mails())).toEqual([
      `${ann.address}: ${passwordChanged}`,
      `${ann.mailbox}: ${passwordChanged}`,
    ]);
  });

  test('LC-3 at the address of a factor, where the account has none', async () => {
    const ann = await world.user({ email: null });
    const mailbox = `${ann.username}@second.example`;
    const { codes } = await ann.enrolSent('email', { email: mailbox });
    wait(60);
    await ann.verify((await ann.login()).body.temp_token, codes[0] ?? '');
    expect(subjects(await mailsTo(world, mailbox))).toEqual(
      [`${mailbox}: ${recovered}`, `${mailbox}: ${added}`].sort(),
    );
  });

  test('OB-7 a stale session binds no new address, and nothing is sent there', async () => {
    const ann = await reachable();
    wait(301);
    const fresh = { email: `${ann.username}@third.example`, phone: freshPhone() };
    for (const setup of [
      { method: 'email', email: fresh.email },
      { method: 'sms', phone: fresh.phone },
    ]) {
      const refused = await call('POST', '/auth/mfa/enroll', setup, { bearer: ann.bearer });
      expect(refused).toMatchObject({ status: 403, type: '/problems/mfa-token-required' });
    }
    const sentTo = [...world.mails, ...world.texts].map(({ to }) => to);
    for (const address of Object.values(fresh)) expect(sentTo).not.toContain(address);
  });

  test('LC-3 once, where both addresses are one', async () => {
    const ann = await world.user();
    await ann.enrolSent('email', { email: ann.email ?? '' });
    expect(subjects(await mailsTo(world, ann.email))).toEqual([`${ann.email}: ${added}`]);
  });

  test('LC-3 what happened, when, from where and what to do, and no secret', async () => {
    const ann = await world.user();
    const phone = freshPhone();
    const { secret, codes, bearer } = await ann.enrolTotp(undefined, { label: 'Phone <b>' });
    const sms = await ann.enrolSent('sms', { phone }, bearer);
    const made = await call(
      'POST',
      '/auth/mfa/recovery-codes/regenerate',
      { password: ann.password },
      { bearer: sms.bearer },
    );
    const mails = await mailsTo(world, ann.email);
    expect(mails).toHaveLength(3);
    const [first] = mails;
    const at = timeInMails(new Date());
    for (const fact of [`Account: ${ann.username}`, 'What: "Phone <b>"', `When: ${at}`, 'From: 192.0.2.1']) {
      expect(first?.text).toContain(fact);
    }
    expect(first?.html).toContain('Phone &lt;b&gt;');
    const secrets = [
      secret,
      phone,
      ann.lastCode('sms'),
      sms.bearer,
      ann.password,
      ...codes,
      ...made.body.codes,
    ];
    for (const { subject, text, html } of mails) {
      expect(text).toContain('If not, change your password now and tell your administrator.');
      for (const value of secrets) expect([subject, text, html].join('\n')).not.toContain(value);
    }
  });

  test('LC-3 of nothing that did not happen', async () => {
    const ann = await reachable();
    const { bearer, app, password } = ann;
    const tempToken = (await ann.login()).body.temp_token;
    await ann.verify(tempToken, wrongCodeOf(app.secret));
    await ann.verify(tempToken, 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF');
    await call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    await call('POST', '/auth/mfa/disable', { password: 'wrong' }, { bearer });
    await call('DELETE', '/auth/mfa/factors/00000000-0000-4000-8000-000000000000', undefined, { bearer });
    wait(301);
    await call('POST', '/auth/mfa/disable', { password }, { bearer });
    await call('DELETE', `/auth/mfa/factors/${app.factorId}`, undefined, { bearer });
    const failed = 'Somebody knows your password: the second step of a login failed'; // that did happen
    const both = [ann.address, ann.mailbox];
    expect(subjects(await ann.mails())).toEqual(both.map((address) => `${address}: ${failed}`));
  });

  test('LC-3 also when the mail server was away: the mail waits', async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    const failures: unknown[] = [];
    const sendMail = async () => {
      throw new Error('Away');
    };
    await deliverDue({ ...world.deps, sendMail, onFailure: (error) => failures.push(error) });
    expect(failures.length).toBeGreaterThan(0);
    expect(await mailsTo(world, ann.email)).toEqual([]);
    wait(3600);
    expect(subjects(await mailsTo(world, ann.email))).toEqual([`${ann.email}: ${added}`]);
    expect(await mailsTo(world, ann.email)).toEqual([]);
  });
});

describe('what a mail advises', () => {
  const mailOf = (notice: Notice) =>
    writeNotice(plainLetterhead('Sallyport'), {
      notice,
      user: { username: 'ann', language: null },
      about: null,
      at: new Date(),
      ip: '192.0.2.1',
      client: null,
    });
  const idle = 'there is nothing to do';

  test.each<Notice>([
    'mfa_reset',
    'bypass_codes_issued',
    'password_withdrawn',
    'account_locked',
    'attack_reported',
  ])('LC-3 %s was not done by its reader, or leaves something to do', (notice) => {
    for (const body of [mailOf(notice).text, mailOf(notice).html]) {
      expect(body).not.toContain(idle);
      expect(body).toContain('administrator');
    }
  });

  test('LC-3 a reset by the helpdesk says what the next login asks for', () => {
    expect(mailOf('mfa_reset').text).toContain('At your next login, your password is enough to set up a new');
  });

  test('LC-3 what the reader may have done needs nothing', () => {
    expect(mailOf('factor_added').text).toContain(`If this was you, ${idle}.`);
  });
});
