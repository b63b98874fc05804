import { describe, expect, test } from 'vitest';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { setInARow } from '../support/audit-cases.ts';
import { timeInMails } from '../support/read-mail.ts';
import { mailsTo } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

const failed = 'Somebody knows your password: the second step of a login failed';
const afterFailures = 'A login to your account succeeded after failures';
const locked = 'The second step of your account is locked for a while';
const disabled = 'A second factor of your account was disabled after too many wrong codes';

const world = useWorld();
const life = 5 * 60; // of a login that waits for its code

/** Somebody with an app, who has read what came before. */
async function enrolled() {
  const ann = await world.user();
  const { secret, codes, bearer } = await ann.enrolTotp();
  const subjects = async () => (await mailsTo(world, ann.email)).map(({ subject }) => subject);
  await subjects();
  const temp = async () => (await ann.login()).body.temp_token as string;
  const wrong = async (tempToken?: string) =>
    ann.verify(tempToken ?? (await temp()), wrongCodeOf(secret), {
      headers: { 'user-agent': 'Mozilla/5.0 (X11)' },
    });
  return { ...ann, secret, codes, bearer, subjects, temp, wrong };
}

describe('the owner of an account is notified', () => {
  test('LG-9: that the password was right and the code was not: when, from where, with what', async () => {
    const ann = await enrolled();
    const at = timeInMails(new Date());
    expect((await ann.wrong()).status).toBe(403);
    wait(life - 1);
    expect(await ann.subjects()).toEqual([]); // a right code may still follow
    wait(1);
    const [mail, ...more] = await mailsTo(world, ann.email);
    expect([mail?.subject, more]).toEqual([failed, []]);
    for (const fact of [`When: ${at}`, 'From: 192.0.2.1', 'With: an unknown program on Linux'])
      expect(mail?.text).toContain(fact);
  });

  test('LG-9: nothing of a code that was mistyped once, where a right one follows', async () => {
    const ann = await enrolled();
    const temp = await ann.temp();
    await ann.wrong(temp);
    expect((await ann.verify(temp, codeOf(ann.secret))).status).toBe(200);
    wait(life);
    expect(await ann.subjects()).toEqual([]);
  });

  test('LG-9: nothing of it either where the right one comes with another login from there', async () => {
    const ann = await enrolled();
    await ann.login('public', { mfa_token: wrongCodeOf(ann.secret) });
    expect((await ann.login('public', { mfa_token: codeOf(ann.secret) })).status).toBe(200);
    wait(life);
    expect(await ann.subjects()).toEqual([]);
  });

  test('LG-9: of a wrong code from elsewhere, though the owner mistypes and logs in before and after', async () => {
    const ann = await enrolled();
    const mistyped = await ann.temp();
    await ann.wrong(mistyped);
    await ann.login('public', { mfa_token: wrongCodeOf(ann.secret) }, { ip: '198.51.100.66' });
    expect((await ann.verify(mistyped, codeOf(ann.secret))).status).toBe(200);
    wait(life);
    const mails = await mailsTo(world, ann.email);
    expect(mails.map(({ subject }) => subject)).toEqual([failed, afterFailures].slice(0, mails.length));
    expect(mails[0]?.text).toContain('From: 198.51.100.66');
  });

  test('LG-9: at once when its login is over, for no right code can follow', async () => {
    const ann = await enrolled();
    const temp = await ann.temp();
    await ann.wrong(temp);
    await ann.wrong(temp);
    expect(await ann.subjects()).toEqual([]);
    await ann.wrong(temp);
    expect(await ann.subjects()).toEqual([failed]);
  });

  test('LG-9: once in 15 minutes, however often it fails', async () => {
    const ann = await enrolled();
    const temp = await ann.temp();
    await ann.wrong(temp);
    await ann.wrong(temp);
    await ann.wrong();
    wait(life);
    expect(await ann.subjects()).toEqual([failed]);
    wait(15 * 60 - life);
    await ann.wrong();
    wait(life);
    expect(await ann.subjects()).toEqual([failed]);
  });

  test('LG-9: once, however many fail at the same moment', async () => {
    const ann = await enrolled();
    const temps = [await ann.temp(), await ann.temp(), await ann.temp()];
    await Promise.all(temps.map((temp) => ann.wrong(temp)));
    wait(life);
    expect(await ann.subjects()).toEqual([failed]);
  });

  test('LG-9: of password and code at once too', async () => {
    const ann = await enrolled();
    await ann.login('public', { mfa_token: wrongCodeOf(ann.secret) });
    wait(life);
    expect(await ann.subjects()).toEqual([failed]);
  });

  test('LG-9: nothing of a wrong password, a code beside a bearer, or an enrolment', async () => {
    const ann = await enrolled();
    await ann.login('public', { password: 'wrong' });
    const how = { bearer: ann.bearer };
    await world.call('POST', '/auth/mfa/proof', { mfa_token: wrongCodeOf(ann.secret) }, how);
    const begun = await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, how);
    const token = wrongCodeOf(begun.body.secret);
    expect((await world.call('POST', '/auth/mfa/verify-enrollment', { token }, how)).status).toBe(403);
    wait(life);
    expect(await ann.subjects()).toEqual([]);
  });

  test('LG-9: of a login that succeeds after two wrong codes, and not after one', async () => {
    const ann = await enrolled();
    const temp = await ann.temp();
    await ann.wrong(temp);
    expect((await ann.verify(temp, codeOf(ann.secret))).status).toBe(200);
    wait(15 * 60);
    expect(await ann.subjects()).toEqual([]);

    const later = await ann.temp();
    await ann.wrong(later);
    await ann.wrong(later);
    expect((await ann.verify(later, codeOf(ann.secret))).status).toBe(200);
    const mails = await mailsTo(world, ann.email);
    expect(mails.map(({ subject }) => subject)).toEqual([afterFailures]);
    expect(mails[0]?.text).toContain('2 wrong codes before it');
    wait(life);
    await ann.loginWithTotp(ann.secret);
    expect(await ann.subjects()).toEqual([]);
  });

  test('LG-9: of a login with a recovery code after wrong codes', async () => {
    const ann = await enrolled();
    const temp = await ann.temp();
    await ann.wrong(temp);
    await ann.wrong(temp);
    expect((await ann.verify(temp, ann.codes[0] ?? '')).status).toBe(200);
    expect((await ann.subjects()).sort()).toEqual([
      afterFailures,
      'A recovery code was used to log in to your account',
    ]);
  });

  test('LG-9: of a login by password alone that succeeds after five wrong ones from there', async () => {
    const ann = await world.user();
    for (let tried = 0; tried < 4; tried += 1) await ann.login('public', { password: 'wrong' });
    expect((await ann.login()).status).toBe(200);
    expect(await mailsTo(world, ann.email)).toEqual([]);
    for (let tried = 0; tried < 5; tried += 1) await ann.login('public', { password: 'wrong' });
    expect((await ann.login('public', {}, { ip: '198.51.100.9' })).status).toBe(200);
    expect(await mailsTo(world, ann.email)).toEqual([]);
    expect((await ann.login()).status).toBe(200);
    const [mail] = await mailsTo(world, ann.email);
    expect(mail?.subject).toBe(afterFailures);
    expect(mail?.text).toContain('5 wrong passwords before it');
  });

  test('LG-9: that the second step was locked, and that a factor was disabled', async () => {
    const ann = await enrolled();
    const temp = await ann.temp();
    await setInARow(world, ann.id, 9);
    await ann.wrong(temp);
    expect((await ann.subjects()).sort()).toEqual([failed, locked]);
    wait(30 * 60);
    await setInARow(world, ann.id, 99);
    await ann.wrong();
    const mails = await mailsTo(world, ann.email);
    expect(mails.map(({ subject }) => subject).sort()).toEqual([disabled, failed, locked]);
    expect(mails.find(({ subject }) => subject === disabled)?.text).toContain('What: "Authenticator app"');
  });

  test('LG-9: at every address of the account, though a code of the app was wrong', async () => {
    const ann = await enrolled();
    const second = `${ann.username}@second.example`;
    await ann.enrolSent('email', { email: second }, ann.bearer);
    const told = async () => {
      const mails = await mailsTo(world, ann.email, second);
      return [ann.email, second].map((address) =>
        mails
          .filter(({ to }) => to === address)
          .map(({ subject }) => subject)
          .sort(),
      );
    };
    await told();
    await setInARow(world, ann.id, 9);
    await ann.wrong();
    expect(await told()).toEqual([
      [failed, locked],
      [failed, locked],
    ]);
    wait(30 * 60);
    expect((await ann.verify(await ann.temp(), codeOf(ann.secret))).status).toBe(200);
    expect(await told()).toEqual([[afterFailures], [afterFailures]]);
  });

  test('LG-9: at no address that waits for its first code', async () => {
    const ann = await enrolled();
    const stranger = `${ann.username}@stranger.example`;
    const sent = { method: 'email', email: stranger };
    const begun = await world.call('POST', '/auth/mfa/enroll', sent, { bearer: ann.bearer });
    expect(begun.status).toBe(200);
    const token = ann.lastCode('email') === '000000' ? '000001' : '000000';
    await mailsTo(world, ann.email);
    await setInARow(world, ann.id, 9);
    await world.call('POST', '/auth/mfa/verify-enrollment', { token }, { bearer: ann.bearer });
    const mails = await mailsTo(world, ann.email, stranger);
    expect(mails.map(({ to, subject }) => ({ to, subject }))).toEqual([{ to: ann.email, subject: locked }]);
  });

  test('LG-9: at the mailbox that is the factor, where the account has no address', async () => {
    const ann = await world.user({ email: null });
    const email = `${ann.username}@second.example`;
    await ann.enrolSent('email', { email });
    await mailsTo(world, email);
    wait(31);
    const { temp_token } = (await ann.login()).body;
    await ann.verify(temp_token, ann.lastCode('email') === '000000' ? '000001' : '000000');
    wait(life);
    expect((await mailsTo(world, email)).map(({ subject }) => subject)).toEqual([failed]);
  });
});
