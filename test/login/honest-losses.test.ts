import { describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { again, setRules } from '../support/approvals.ts';
import { callerDesk } from '../support/caller-desk.ts';
import { forgot, linksTo, reset } from '../support/links.ts';
import { allowPasskeys, passkeyActions, withPasskey } from '../support/passkeys.ts';
import { allowRecovery, approvedBy, clerk, hour, namedColleague, recovering } from '../support/recovery.ts';
import { claimsOf, mailsTo } from '../support/second-factor.ts';
import { keyActions } from '../support/security-key.ts';
import { createAuthenticator } from '../support/software-authenticator.ts';
import { staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';

const world = useRestoredWorld('policies and the rules for approvals are for everybody');
const because = { reason: 'Lost the telephone', ticket: 'INC-1042' };
const day = 24 * hour;

/** Password and a code of an app: the person is in, at the level of two factors. */
async function isBackIn(
  person: { readonly username: string },
  { password, secret }: { readonly password: string; readonly secret: string },
) {
  wait(60);
  const { username } = person;
  const { temp_token } = (await world.call('POST', '/auth/login', { username, password })).body;
  await world.call('POST', '/auth/mfa/challenge', { temp_token, method: 'totp' });
  const done = await world.call('POST', '/auth/mfa/verify', { temp_token, mfa_token: codeOf(secret) });
  expect(done.status, JSON.stringify(done.body)).toBe(200);
  expect(claimsOf(done.body.access_token)).toMatchObject({
    acr: 'urn:sallyport:acr:2',
    amr: ['pwd', 'otp', 'mfa'],
  });
}

/** A recovery code logs in and is then fresh, so a new app can be bound at once and the old one removed. */
async function replaceApp(bearer: string, lostId: string) {
  const enrolled = (await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer })).body;
  const body = { token: codeOf(enrolled.secret, -1) };
  const done = await world.call('POST', '/auth/mfa/verify-enrollment', body, { bearer });
  expect(done.status).toBe(200);
  const removed = await world.call('DELETE', `/auth/mfa/factors/${lostId}`, undefined, {
    bearer: done.body.access_token,
  });
  expect(removed.status).toBe(204);
  return enrolled.secret as string;
}

describe('RK-8: an honest person who lost', () => {
  test('1. a telephone, and has the paper with recovery codes: in at once', async () => {
    const ann = await clerk(world);
    const { temp_token } = (await ann.login()).body;
    const { access_token } = (await ann.verify(temp_token, ann.codes[0] ?? '')).body;
    const secret = await replaceApp(access_token, ann.totp.factorId);
    await isBackIn(ann, { password: ann.password, secret });
  });

  test('2. a telephone, and has another factor: in at once', async () => {
    const ann = keyActions(world, await world.user());
    const totp = await ann.enrolTotp();
    const key = createAuthenticator();
    await ann.enrolKey(key, totp.bearer);
    wait(60);
    const challenged = await ann.login();
    const { temp_token } = challenged.body;
    const asked = await world.call('POST', '/auth/mfa/challenge', { temp_token, method: 'webauthn' });
    const done = await ann.answer(
      temp_token,
      key.assert(asked.body.challenge?.options ?? asked.body.options),
    );
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    const secret = await replaceApp(done.body.access_token, totp.factorId);
    await isBackIn(ann, { password: ann.password, secret });
  });

  test('3. a telephone, and has one recovery code and a second mailbox: in after the wait of the policy', async () => {
    await allowRecovery(world, ['recovery_code', 'address'], { waitHours: 8 });
    const ann = await clerk(world);
    const her = recovering(world);
    const code = await her.begun(ann);
    await her.show(code, { recovery_code: ann.codes[9] });
    await her.ask(code, { factor_id: ann.addressId });
    await her.show(code, { address_code: ann.lastCode('email') });
    wait(8 * hour);
    const { secret } = await her.newApp(code);
    await isBackIn(ann, { password: ann.password, secret });
  });

  test('4. a telephone, and has a colleague and the laptop that she trusts', async () => {
    await allowRecovery(world, ['device', 'colleague'], { waitHours: 24 });
    const ann = await clerk(world);
    const bob = await namedColleague(world, ann);
    const { temp_token } = (await ann.login()).body;
    const remember = { temp_token, mfa_token: codeOf(ann.totp.secret), remember_device: true };
    const { trusted_device } = (await world.call('POST', '/auth/mfa/verify', remember)).body;
    const her = recovering(world);
    const code = await her.begun(ann);
    await her.show(code, { trusted_device, password: ann.password });
    await her.ask(code, { colleagues: true });
    await her.show(code, { colleague_code: (await approvedBy(world, bob.bearer)).code });
    wait(day);
    const { secret } = await her.newApp(code);
    await isBackIn(ann, { password: ann.password, secret });
  });

  test('5. a laptop with her only passkey, and has no password: by a recovery code and a colleague', async () => {
    await allowRecovery(world);
    await allowPasskeys(world, 'public');
    const { logIn } = passkeyActions(world);
    const ann = await withPasskey(world);
    const bearer: string = (await logIn(ann.key)).body.access_token;
    const bob = await namedColleague(world, { id: ann.id, bearer });
    await world.call('DELETE', '/auth/password', undefined, { bearer });
    const her = recovering(world);
    const code = await her.begun(ann);
    await her.show(code, { recovery_code: ann.codes[0] });
    await her.ask(code, { colleagues: true });
    await her.show(code, { colleague_code: (await approvedBy(world, bob.bearer)).code });
    wait(day);
    const token = (await her.finish(code)).body.enrollment_token;
    const key = createAuthenticator();
    const { body } = await her.enroll(token, { method: 'webauthn', passkey: true });
    await her.confirm(code, { response: key.register(body.options) });
    const back = await logIn(key);
    expect(claimsOf(back.body.access_token)).toMatchObject({ acr: 'phr', sub: ann.id });
  });

  test('6. the telephone, the laptop and the password: by mail, paper and a second mailbox', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    await forgot(world, ann.username);
    const [link = ''] = await linksTo(world, ann.email);
    const password = 'nine folded maps';
    await reset(world, link, password);
    const her = recovering(world);
    const code = await her.begun(ann);
    await her.show(code, { recovery_code: ann.codes[0] });
    await her.ask(code, { factor_id: ann.addressId });
    await her.show(code, { address_code: ann.lastCode('email') });
    wait(day);
    const { secret } = await her.newApp(code);
    await isBackIn(ann, { password, secret });
  });

  test('7. everything but the old tablet with the app: the helpdesk checks who calls, and gives a bypass code', async () => {
    const desk = await staff(world, 'helpdesk');
    const calls = callerDesk(world);
    const ann = await world.user();
    const lost = await ann.enrolTotp();
    const { id: caller_check } = await calls.passed(desk, ann.id, lost.secret);
    const made = await desk.post(`/admin/users/${ann.id}/bypass-codes`, { ...because, caller_check });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    wait(60);
    const { temp_token } = (await ann.login()).body;
    const { access_token } = (await ann.verify(temp_token, made.body.code)).body;
    const secret = await replaceApp(access_token, lost.factorId);
    await isBackIn(ann, { password: ann.password, secret });
  });

  test('8. the telephone and the paper, in a house with two-person rules: a reset that a second person approves', async () => {
    await setRules(world, 'second_person_and_wait', 24);
    const [harry, hedy] = [await staff(world, 'helpdesk'), await staff(world, 'helpdesk')];
    const ann = await world.user();
    await ann.enrolTotp();
    const asked = await harry.post(`/admin/users/${ann.id}/mfa/reset`, because);
    expect(asked.status).toBe(202);
    expect((await hedy.post(`/admin/approvals/${asked.body.id}/approve`, {})).status).toBe(200);
    wait(day);
    const fresh = await again(world, harry);
    expect((await fresh.post(`/admin/approvals/${asked.body.id}/execute`, {})).status).toBe(200);
    const { enrollment_token } = (await ann.login()).body;
    const { secret } = await ann.enrolTotp(enrollment_token);
    await isBackIn(ann, { password: ann.password, secret });
  });

  test('9. a name: she married, the administrator writes her new address, and then the telephone is gone', async () => {
    const admin = await allowRecovery(world, undefined, { waitHours: 24 });
    const ann = await clerk(world);
    const email = 'ann.married@example.com';
    expect((await admin.act('PATCH', `/admin/users/${ann.id}`, { email })).status).toBe(200);
    const told = await mailsTo(world, ann.email, email, ann.second);
    const changed = told.filter(({ subject }) => subject.includes('mail address'));
    expect(changed.map(({ to }) => to).sort()).toEqual([ann.email, ann.second, email].sort());
    const her = recovering(world);
    const code = await her.begun({ username: ann.username, email });
    await her.show(code, { recovery_code: ann.codes[0] });
    await her.ask(code, { factor_id: ann.addressId });
    await her.show(code, { address_code: ann.lastCode('email') });
    wait(day);
    const { secret } = await her.newApp(code);
    await isBackIn(ann, { password: ann.password, secret });
  });

  test('10. an administrator’s telephone: a recovery code and another administrator whom she named', async () => {
    const ada = await allowRecovery(world, ['recovery_code', 'colleague'], { areas: ['public', 'admin'] });
    const eve = await staff(world);
    await namedColleague(world, eve, ada);
    const her = recovering(world);
    const code = await her.begun(eve);
    await her.show(code, { recovery_code: eve.codes[0] });
    await her.ask(code, { colleagues: true });
    await her.show(code, { colleague_code: (await approvedBy(world, ada.bearer)).code });
    wait(day);
    const { secret } = await her.newApp(code);
    await isBackIn(eve, { password: eve.password, secret });
    wait(60);
    expect((await eve.loginWithTotp(secret, 'admin')).status).toBe(200);
  });

  test('11. a telephone, where no policy lets her: the helpdesk removes the factors, and the password enrols new ones', async () => {
    const desk = await staff(world, 'helpdesk');
    const ann = await world.user();
    await ann.enrolTotp();
    await mailsTo(world);
    await recovering(world).request(ann.username);
    expect(await mailsTo(world, ann.email)).toEqual([]);
    expect((await desk.post(`/admin/users/${ann.id}/mfa/reset`, because)).status).toBe(204);
    const { enrollment_token } = (await ann.login()).body;
    const { secret } = await ann.enrolTotp(enrollment_token);
    await isBackIn(ann, { password: ann.password, secret });
  });
});
