import { describe, expect, onTestFinished, test } from 'vitest';
import { notifyReady } from '../../src/features/recovery/recovery-job.ts';
import { codeOf, wait } from '../support/actor.ts';
import { notMeToken, report } from '../support/approvals.ts';
import { createGate, gateTotp } from '../support/gates.ts';
import {
  allowRecovery,
  approvedBy,
  clerk,
  hour,
  namedColleague,
  recovering,
  recoveryLink,
} from '../support/recovery.ts';
import { eventsOf, mailsTo } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const day = 24 * hour;
const because = { reason: 'She is on the telephone and knows nothing of it' };

/** A recovery that waits: a recovery code and a second address were shown. */
async function waiting() {
  await allowRecovery(world);
  const ann = await clerk(world);
  await mailsTo(world);
  const her = recovering(world);
  const code = await her.begun(ann);
  await her.show(code, { recovery_code: ann.codes[0] });
  await her.ask(code, { factor_id: ann.addressId });
  const proven = await her.show(code, { address_code: ann.lastCode('email') });
  expect(proven.body).toMatchObject({ state: 'waiting', shown: ['recovery_code', 'address'] });
  return { ann, her, code };
}

describe('a clerk who lost her telephone', () => {
  test('RK-8: shows two things of different kinds, waits, and binds a new app; two factors guard her all the time', async () => {
    const { ann, her, code } = await waiting();
    expect((await her.finish(code)).body).toMatchObject({ status: 409, reason: 'recovery_waiting' });
    wait(day);
    expect((await her.state(code)).body.state).toBe('ready');
    expect((await ann.login()).body.mfa_required).toBe(true);
    const { answer, secret } = await her.newApp(code);
    expect(answer).toMatchObject({ status: 200, body: { success: true } });
    expect(answer.body).not.toHaveProperty('access_token');
    expect(answer.body.recovery_codes).toHaveLength(10);

    wait(60);
    const challenged = await ann.login();
    const offered = challenged.body.methods.map((one: { method: string }) => one.method);
    expect(offered).toEqual(['totp', 'email', 'recovery_code']); // the address that she has shown stays
    expect((await ann.verify(challenged.body.temp_token, codeOf(secret))).status).toBe(200);
    expect((await ann.loginWithTotp(ann.totp.secret)).status).toBe(403);
    const old = await ann.verify((await ann.login()).body.temp_token, ann.codes[1] ?? '');
    expect(old.status).toBe(403);
  });

  test('LC-3: hears of each step at every address, with a link that stops it', async () => {
    const { ann, her, code } = await waiting();
    const subjects = async (address: string | null) =>
      (await mailsTo(world, address)).map(({ subject }) => subject);
    const begun = 'Somebody who reads your mail begins to recover your account';
    const proven = 'The recovery of your account was proven, and now waits';
    expect(await subjects(ann.second)).toEqual(expect.arrayContaining([begun, proven]));
    wait(day - 1);
    await notifyReady(world.deps, new Date());
    expect(await subjects(ann.email)).toEqual([]);
    wait(1);
    await notifyReady(world.deps, new Date());
    await notifyReady(world.deps, new Date());
    const letters = await mailsTo(world, ann.email, ann.second);
    expect(letters.map(({ subject }) => subject)).toEqual(
      [1, 2].map(() => 'The recovery of your account can be finished now'),
    );
    for (const { text } of letters) expect(text).toMatch(/\/not-me#token=/);
    await her.newApp(code);
    const done = 'Your account was recovered: a new second factor replaces the lost ones';
    expect(await subjects(ann.second)).toEqual([done]);
  });

  test('AU-2: each step is in the audit, and the owner and the helpdesk can read it', async () => {
    const { ann, her, code } = await waiting();
    wait(day);
    await notifyReady(world.deps, new Date());
    const { bearer, secret, answer } = await her.newApp(code);
    expect(answer.status).toBe(200);
    const events = (await eventsOf(world, ann.id)).filter(({ type }) => /recover/.test(type));
    expect(events.map(({ type, method }) => `${type} ${method ?? ''}`.trim())).toEqual([
      'recovery_requested',
      'recovery_begun',
      'mfa_recovery_code_used recovery_code',
      'recovery_shown recovery_code',
      'recovery_shown address',
      'recovery_ready',
      'account_recovered totp',
    ]);
    expect(bearer).toBeTruthy();
    wait(60);
    const { access_token } = (await ann.loginWithTotp(secret)).body;
    const own = await world.call('GET', '/auth/activity', undefined, { bearer: access_token });
    expect(own.body.entries.map(({ type }: { type: string }) => type)).toContain('account_recovered');
    const desk = await staff(world, 'helpdesk');
    const timeline = await desk.get(`/admin/users/${ann.id}/timeline`);
    expect(JSON.stringify(timeline.body)).toContain('The account was recovered');
  });

  test('with a trusted device and her password, and a colleague who reads her a code', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const bob = await namedColleague(world, ann);
    const { temp_token } = (await ann.login()).body;
    const remember = { temp_token, mfa_token: codeOf(ann.totp.secret), remember_device: true };
    const { trusted_device } = (await world.call('POST', '/auth/mfa/verify', remember)).body;
    await mailsTo(world);

    const her = recovering(world);
    const code = await her.begun(ann);
    expect((await her.state(code)).body.ways).toEqual(['recovery_code', 'address', 'device', 'colleague']);
    const device = await her.show(code, { trusted_device, password: ann.password });
    expect(device).toMatchObject({ status: 200, body: { shown: ['device'] } });
    expect(device.body.trusted_device).not.toBe(trusted_device);

    await her.ask(code, { colleagues: true });
    const [letter] = await mailsTo(world, bob.email);
    expect(letter?.subject).toBe('A colleague recovers an account and needs a code from you');
    const approved = await approvedBy(world, bob.bearer);
    expect(approved.code).toMatch(/^\d{9}$/);
    const spoken = approved.code.replace(/(...)(...)(...)/, '$1 $2 $3');
    expect((await her.show(code, { colleague_code: spoken })).body.state).toBe('waiting');
    wait(day);
    expect((await her.newApp(code)).answer.status).toBe(200);
    expect((await eventsOf(world, ann.id)).find(({ type }) => type === 'recovery_approved')).toMatchObject({
      actorId: bob.id,
      method: 'totp',
    });
  });

  test('opens no session and nothing else with what the wait gives her', async () => {
    const { her, code } = await waiting();
    wait(day);
    const { enrollment_token: bearer, methods } = (await her.finish(code)).body;
    expect(methods).toEqual(['totp', 'sms', 'webauthn']);
    for (const url of ['/auth/me', '/auth/sessions', '/auth/recovery/colleagues'])
      expect((await world.call('GET', url, undefined, { bearer })).status, url).toBe(401);
    const { secret } = (await her.enroll(bearer)).body;
    const body = { token: codeOf(secret, -1) };
    expect((await world.call('POST', '/auth/mfa/verify-enrollment', body, { bearer })).status).toBe(401);
    expect((await her.confirm(code, body)).status).toBe(200);
  });

  test('binds nothing weaker than she had', async () => {
    const { her, code } = await waiting();
    wait(day);
    const { enrollment_token: bearer } = (await her.finish(code)).body;
    const mail = await her.enroll(bearer, { method: 'email', email: 'new@example.org' });
    expect(mail).toMatchObject({ status: 403, body: { type: '/problems/method-not-allowed' } });
  });

  test('has three days after the wait, and a day for the proofs', async () => {
    const { her, code } = await waiting();
    wait(4 * day - 1);
    expect((await her.finish(code)).status).toBe(200);
    wait(1);
    expect((await her.finish(code)).status).toBe(401);
    const ben = await clerk(world);
    const his = recovering(world);
    const other = await his.begun(ben);
    wait(day);
    expect((await his.show(other, { recovery_code: ben.codes[0] })).status).toBe(401);
  });

  test('starts anew where her telephone and her password are gone: the password by mail, then the recovery', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    await world.call('POST', '/auth/password/forgot', { username: ann.username });
    const mail = (await mailsTo(world, ann.email)).findLast(({ text }) => text.includes('/reset#token='));
    const token = /#token=([\w-]{43})$/m.exec(mail?.text ?? '')?.[1];
    const password = 'nine folded maps';
    await world.call('POST', '/auth/password/reset', { token, new_password: password });
    const her = recovering(world);
    const code = await her.begun(ann);
    await her.show(code, { recovery_code: ann.codes[0] });
    await her.ask(code, { factor_id: ann.addressId });
    await her.show(code, { address_code: ann.lastCode('email') });
    wait(day);
    const { secret } = await her.newApp(code);
    wait(60);
    const { username } = ann;
    const { temp_token } = (await world.call('POST', '/auth/login', { username, password })).body;
    expect((await ann.verify(temp_token, codeOf(secret))).status).toBe(200);
  });
});

describe('RK-9: what stops a recovery', () => {
  test('the link of any of its letters, at any address', async () => {
    const { ann, her, code } = await waiting();
    const stop = await notMeToken(world, ann.second, 'now waits');
    const read = await world.call('POST', '/auth/not-me/link', { token: stop });
    expect(read.body).toEqual({ username: ann.username, stops: 'recovery', action: null });
    expect((await her.state(code)).status).toBe(200);
    expect((await report(world, stop)).status).toBe(204);
    expect((await report(world, stop)).status).toBe(401);
    for (const answer of [await her.state(code), await her.finish(code)]) expect(answer.status).toBe(401);
    expect((await ann.login()).body.mfa_required).toBe(true); // the account is not locked
    const [letter] = await mailsTo(world, ann.second);
    expect(letter?.subject).toBe('The recovery of your account was stopped');
  });

  test('the link while the code of the new factor is being checked', async () => {
    const { ann, her, code } = await waiting();
    const stop = await notMeToken(world, ann.second, 'now waits');
    wait(day);
    const { enrollment_token: bearer } = (await her.finish(code)).body;
    const { secret } = (await her.enroll(bearer)).body;
    const gate = createGate();
    const { providers } = world.app.deps;
    gateTotp(world, gate);
    onTestFinished(() => void Object.assign(world.app.deps, { providers }));
    const confirm = () => her.confirm(code, { token: codeOf(secret, -1) });
    expect((await gate.during(confirm, () => report(world, stop))).status).toBe(401);
    wait(60);
    expect((await ann.loginWithTotp(ann.totp.secret)).status).toBe(200);
  });

  test('the link after the token to enrol was given out, and before the new factor is confirmed', async () => {
    const { ann, her, code } = await waiting();
    const stop = await notMeToken(world, ann.second, 'now waits');
    wait(day);
    const { enrollment_token: bearer } = (await her.finish(code)).body;
    const { secret } = (await her.enroll(bearer)).body;
    await report(world, stop);
    expect((await her.confirm(code, { token: codeOf(secret, -1) })).status).toBe(401);
    wait(60);
    expect((await ann.loginWithTotp(ann.totp.secret)).status).toBe(200);
  });

  test('the link “it was not me” of another letter, which locks the account too', async () => {
    const { ann, her, code } = await waiting();
    const lock = await notMeToken(world, ann.email, 'recovery code was used');
    expect((await report(world, lock)).status).toBe(204);
    expect((await her.state(code)).status).toBe(401);
    const desk = await staff(world, 'helpdesk');
    await desk.post(`/admin/users/${ann.id}/unlock`, because);
    expect((await her.state(code)).status).toBe(401);
  });

  test('its owner, who is logged in, without a fresh factor', async () => {
    const { ann, her, code } = await waiting();
    wait(hour / 2);
    const { access_token: bearer } = (await ann.loginWithTotp(ann.totp.secret)).body;
    wait(600);
    const read = () => world.call('GET', '/auth/recovery/colleagues', undefined, { bearer });
    const [one] = (await read()).body.recoveries;
    expect(one).toMatchObject({ state: 'waiting', ip: '198.51.100.7', shown: ['recovery_code', 'address'] });
    const stop = () => world.call('POST', `/auth/recovery/own/${one.id}/stop`, {}, { bearer });
    expect((await stop()).status).toBe(204);
    expect((await stop()).status).toBe(404);
    expect((await read()).body.recoveries).toEqual([]);
    expect((await her.state(code)).status).toBe(401);
  });

  test('the helpdesk, which sees it at the account', async () => {
    const { ann, her, code } = await waiting();
    const desk = await staff(world, 'helpdesk');
    const { recoveries } = (await desk.get(`/admin/users/${ann.id}`)).body;
    expect(recoveries).toMatchObject([{ state: 'waiting', shown: ['recovery_code', 'address'] }]);
    expect((await desk.post(`/admin/users/${ann.id}/recoveries/stop`, because)).status).toBe(204);
    expect((await desk.post(`/admin/users/${ann.id}/recoveries/stop`, because)).status).toBe(404);
    expect((await her.state(code)).status).toBe(401);
    expect((await desk.get(`/admin/users/${ann.id}`)).body.recoveries).toEqual([]);
    const event = (await eventsOf(world, ann.id)).find(({ type }) => type === 'recovery_stopped');
    expect(event).toMatchObject({ actorId: desk.id, detail: because });
  });

  test('a colleague who is asked and says that it is not she', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const bob = await namedColleague(world, ann);
    const her = recovering(world);
    const code = await her.begun(ann);
    await her.ask(code, { colleagues: true });
    const overview = await world.call('GET', '/auth/recovery/colleagues', undefined, { bearer: bob.bearer });
    const [asked] = overview.body.requests;
    expect(asked).toMatchObject({ username: ann.username, ip: '198.51.100.7', approved: false });
    const refuse = `/auth/recovery/requests/${asked.id}/refuse`;
    expect((await world.call('POST', refuse, {}, { bearer: bob.bearer })).status).toBe(204);
    expect((await her.state(code)).status).toBe(401);
  });

  type Ann = Awaited<ReturnType<typeof clerk>>;
  test.each([
    [
      'another password',
      (ann: Ann) =>
        world.call(
          'POST',
          '/auth/password',
          { current_password: ann.password, new_password: 'nine folded maps' },
          { bearer: ann.bearer },
        ),
    ],
    [
      'a factor that is removed',
      (ann: Ann) =>
        world.call('DELETE', `/auth/mfa/factors/${ann.addressId}`, undefined, { bearer: ann.bearer }),
    ],
    ['a new factor', (ann: Ann) => ann.enrolTotp(ann.bearer).then(({ answer }) => answer)],
    [
      'other roles',
      async (ann: Ann) =>
        (await staff(world)).act('PATCH', `/admin/users/${ann.id}`, { roles: ['user', 'vendor'] }),
    ],
    [
      'another mail address',
      async (ann: Ann) =>
        (await staff(world)).act('PATCH', `/admin/users/${ann.id}`, { email: 'married@example.com' }),
    ],
    [
      'a disabled account',
      async (ann: Ann) => (await staff(world)).act('PATCH', `/admin/users/${ann.id}`, { status: 'disabled' }),
    ],
    [
      'a logout by the helpdesk',
      async (ann: Ann) =>
        (await staff(world, 'helpdesk')).act('DELETE', `/admin/users/${ann.id}/sessions`, because),
    ],
    [
      'a bypass code',
      async (ann: Ann) =>
        (await staff(world, 'helpdesk')).post(`/admin/users/${ann.id}/bypass-codes`, because),
    ],
  ] as const)('%s', async (_, change) => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const her = recovering(world);
    const code = await her.begun(ann);
    const link = await her.request(ann.username).then(() => recoveryLink(world, ann.email));
    const changed = await change(ann);
    expect([200, 201, 204], JSON.stringify(changed.body)).toContain(changed.status);
    expect((await her.state(code)).status).toBe(401);
    expect((await her.show(code, { recovery_code: ann.codes[0] })).status).toBe(401);
    expect((await her.begin(link)).status).toBe(401);
  });
});
