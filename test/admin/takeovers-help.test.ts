import { describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { again, because, house, move, notMeToken, report, setRules, trailOf } from '../support/approvals.ts';
import { callerDesk } from '../support/caller-desk.ts';
import { forgot, linksTo, reset } from '../support/links.ts';
import { mailsTo } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';

const day = 24 * 3600;
const thief = 'mallory@example.com';
const stolen = 'nine folded maps';
const stale = { status: 409, body: { reason: 'approval_stale' } };
const isEnrolled = async (by: Staff, id: string) => (await by.get(`/admin/users/${id}`)).body.enrolled;

describe('TK-1 AP-1 how the helpdesk is used to take an account over, and what stops it', () => {
  const world = useRestoredWorld('the rules are for everybody');
  const asThief = (username: string) =>
    world.call('POST', '/auth/login', { username, password: stolen, area: 'public' });

  test('a bypass code is made before the account gets more rights', async () => {
    const { harry, ada, ann } = await house(world, 'none');
    const { code } = (await harry.post(`/admin/users/${ann.id}/bypass-codes`, because)).body;
    await ada.act('PATCH', `/admin/users/${ann.id}`, { roles: ['admin'] });
    const { body } = await ann.login('admin');
    expect(body.methods.map(({ method }: { method: string }) => method)).not.toContain('bypass_code');
    expect((await ann.verify(body.temp_token, code)).status).toBe(403);
    expect(await trailOf(world, { harry, ada }, ann.id, ['mfa_failed'])).toEqual([
      'mfa_bypass_codes_issued by harry with bypass_code',
      'user_roles_changed by ada',
      'mfa_failed failure by nobody with recovery_code',
    ]);
  });

  test('the address is changed while a request waits', async () => {
    const { harry, hedy, ada, ann, ask } = await house(world);
    const id = await ask();
    expect((await move(hedy, id, 'approve')).status).toBe(200);
    await ada.act('PATCH', `/admin/users/${ann.id}`, { email: thief });
    expect(await move(harry, id, 'execute')).toMatchObject(stale);
    await forgot(world, ann.username);
    const [link = ''] = await linksTo(world, thief);
    expect((await reset(world, link, stolen)).status).toBe(204);
    const login = await asThief(ann.username);
    expect(login.body).toMatchObject({ mfa_required: true });
    expect(login.body.access_token).toBeUndefined();
    expect(await isEnrolled(ada, ann.id)).toBe(true);
    expect(await trailOf(world, { harry, hedy, ada }, ann.id, ['user_changed', 'password_reset'])).toEqual([
      'approval_asked by harry with totp',
      'approval_granted by hedy with totp',
      'user_changed by ada',
      'authz_fail refused approval_stale by harry',
      'password_reset by nobody',
    ]);
  });

  test('the address is changed first, and two honest colleagues then help the caller', async () => {
    const { harry, hedy, ada, ann, ask } = await house(world);
    const { email } = ann;
    await ada.act('PATCH', `/admin/users/${ann.id}`, { email: thief });
    const token = await notMeToken(world, email, 'address');
    const id = await ask();
    expect(await move(hedy, id, 'approve')).toMatchObject(stale);
    expect((await move(harry, id, 'cancel')).status).toBe(200);
    expect((await report(world, token)).status).toBe(204); // the letter went to the old address too
    expect((await ann.login()).status).toBe(401);
    expect(await trailOf(world, { harry, hedy, ada }, ann.id, ['user_changed'])).toEqual([
      'user_changed by ada',
      'approval_asked by harry with totp',
      'approval_cancelled by harry with totp',
      'account_reported by nobody',
    ]);
  });

  test('a new address that nobody objects to keeps help away for a day, and no longer', async () => {
    const { harry, hedy, ada, ann, ask } = await house(world);
    await ada.act('PATCH', `/admin/users/${ann.id}`, { phone: '+15095550123' });
    wait(day - 1);
    const [harryNow, hedyNow] = [await again(world, harry), await again(world, hedy)];
    const id = await ask(harryNow);
    expect(await move(hedyNow, id, 'approve')).toMatchObject(stale);
    wait(1);
    expect((await move(hedyNow, id, 'approve')).status).toBe(200);
    expect((await move(harryNow, id, 'execute')).status).toBe(200);
  });

  test('the helpdesk wants to change the address itself', async () => {
    const { harry, ann } = await house(world, 'none');
    for (const change of [{ email: thief }, { phone: '+15095550199' }, { roles: ['admin'] }])
      expect(await harry.act('PATCH', `/admin/users/${ann.id}`, change)).toMatchObject({
        status: 403,
        type: '/problems/insufficient-scope',
      });
    const { body } = await harry.get(`/admin/users/${ann.id}`);
    expect(body).toMatchObject({ email: ann.email, phone: null, roles: ['user'] });
    expect(await mailsTo(world, thief)).toEqual([]);
    const refused = 'authz_fail refused insufficient-scope by nobody'; // about Harry, who asked
    expect(await trailOf(world, { ann }, harry.id)).toEqual([refused, refused, refused]);
  });

  test('an administrator takes a colleague’s account over to approve the own request', async () => {
    const { ada, ann } = await house(world);
    const eve = await staff(world);
    await setRules(world, 'none');
    expect((await ada.post(`/admin/users/${eve.id}/mfa/reset`, because)).status).toBe(204);
    const token = (await eve.login('admin')).body.enrollment_token; // with a password that ada knows
    const { bearer } = await eve.enrolTotp(token);
    await setRules(world, 'second_person');
    const asked = await ada.post(`/admin/users/${ann.id}/mfa/reset`, because);
    const path = `/admin/approvals/${asked.body.id}/approve`;
    expect(await world.call('POST', path, {}, { bearer })).toMatchObject({
      status: 403,
      body: { reason: 'same_person' },
    });
    expect(await isEnrolled(ada, ann.id)).toBe(true);
    expect(await trailOf(world, { ada, eve }, eve.id)).toEqual(['mfa_reset by ada']);
    expect(await trailOf(world, { ada, eve }, ann.id)).toEqual([
      'approval_asked by ada with totp',
      'authz_fail refused same_person by eve',
    ]);
  });

  test('the approver is disabled while the wait runs', async () => {
    const { harry, hedy, ada, ann, ask } = await house(world, 'second_person_and_wait', 4);
    const id = await ask();
    expect((await move(hedy, id, 'approve')).status).toBe(200);
    await ada.act('PATCH', `/admin/users/${hedy.id}`, { status: 'disabled' });
    wait(4 * 3600);
    const harryNow = await again(world, harry);
    expect(await move(harryNow, id, 'execute')).toMatchObject(stale);
    expect(await isEnrolled(harryNow, ann.id)).toBe(true);
    expect((await trailOf(world, { harry, hedy }, ann.id)).at(-1)).toBe(
      'authz_fail refused approval_stale by harry',
    );
  });

  test('the wait is shortened while a request waits', async () => {
    const { harry, hedy, ann, ask } = await house(world, 'second_person_and_wait', 4);
    const id = await ask();
    await setRules(world, 'second_person');
    expect((await move(hedy, id, 'approve')).status).toBe(200);
    const waiting = { status: 409, body: { reason: 'approval_waiting' } };
    expect(await move(harry, id, 'execute')).toMatchObject(waiting);
    expect(await isEnrolled(harry, ann.id)).toBe(true);
    expect((await trailOf(world, { harry, hedy }, ann.id)).at(-1)).toBe(
      'authz_fail refused approval_waiting by harry',
    );
  });

  test('an accomplice switches the rules off, alone', async () => {
    const { harry, ada, ann, ask } = await house(world);
    const { rules } = (await ada.get('/admin/approval-rules')).body;
    const none = Object.fromEntries(
      Object.keys(rules).map((action) => [action, { mode: 'none', wait_hours: 0 }]),
    );
    const asked = await ada.put('/admin/approval-rules', { rules: none, ...because });
    expect(asked).toMatchObject({ status: 202, body: { action: 'rules_weaker' } });
    expect(await move(ada, asked.body.id, 'approve')).toMatchObject({ body: { reason: 'own_request' } });
    expect(await move(ada, asked.body.id, 'execute')).toMatchObject({ body: { reason: 'approval_missing' } });
    expect(await move(harry, asked.body.id, 'approve')).toMatchObject({ body: { reason: 'wrong_role' } });
    await ask(); // the rule still holds
    expect(await isEnrolled(ada, ann.id)).toBe(true);
  });

  test('the owner presses the link of the request too late, and then that of the reset', async () => {
    const { harry, hedy, ann, ask } = await house(world);
    const id = await ask();
    const late = await notMeToken(world, ann.email, 'asks to remove your second factors');
    await move(hedy, id, 'approve');
    expect((await move(harry, id, 'execute')).status).toBe(200);
    const { enrollment_token } = (await ann.login()).body; // the thief knows the password
    expect((await report(world, late)).status).toBe(401);
    const token = await notMeToken(world, ann.email);
    expect((await report(world, token)).status).toBe(204);
    const begun = await world.call(
      'POST',
      '/auth/mfa/enroll',
      { method: 'totp' },
      { bearer: enrollment_token },
    );
    expect(begun.status).toBe(401);
    expect((await ann.login()).status).toBe(401);
    expect(await isEnrolled(hedy, ann.id)).toBe(false);
    expect((await trailOf(world, { harry, hedy }, ann.id)).slice(-2)).toEqual([
      'mfa_reset by harry',
      'account_reported by nobody',
    ]);
  });
});

describe('TK-1 CL-1 how a check of the caller is cheated, and what stops it', () => {
  const world = useRestoredWorld('the rules are for everybody', { helpRequires: 'caller_check' });
  const { answer, ask, passed, reset: resetMfa, start } = callerDesk(world);
  const invalid = { status: 403, body: { reason: 'caller_check_invalid' } };

  async function people() {
    const [harry, hedy] = [await staff(world, 'helpdesk'), await staff(world, 'helpdesk')];
    const [ann, mallory] = [await world.user(), await world.user()];
    return { harry, hedy, ann, mallory, anns: await ann.enrolTotp(), mallorys: await mallory.enrolTotp() };
  }

  test('the caller passes a check about the own account, and it is used for another one', async () => {
    const { harry, ann, mallory, mallorys } = await people();
    const check = await passed(harry, mallory.id, mallorys.secret);
    expect(await resetMfa(harry, ann.id, { caller_check: check.id })).toMatchObject(invalid);
    expect(await isEnrolled(harry, ann.id)).toBe(true);
    expect((await trailOf(world, { harry }, ann.id)).at(-1)).toBe(
      'authz_fail refused caller_check_invalid by harry',
    );
  });

  test('a second member of the helpdesk uses the check of the first, or uses one twice', async () => {
    const { harry, hedy, ann, anns } = await people();
    const check = await passed(harry, ann.id, anns.secret);
    expect(await resetMfa(hedy, ann.id, { caller_check: check.id })).toMatchObject(invalid);
    const code = await harry.post(`/admin/users/${ann.id}/bypass-codes`, {
      ...because,
      caller_check: check.id,
    });
    expect(code.status).toBe(201);
    expect(await resetMfa(harry, ann.id, { caller_check: check.id })).toMatchObject(invalid);
    expect(await isEnrolled(harry, ann.id)).toBe(true);
    expect(await trailOf(world, { harry, hedy }, ann.id, ['caller_check_passed'])).toEqual([
      'caller_check_passed by harry with totp',
      'authz_fail refused caller_check_invalid by hedy',
      'mfa_bypass_codes_issued by harry with bypass_code',
      'authz_fail refused caller_check_invalid by harry',
    ]);
  });

  test('an address that an accomplice has just entered proves nothing', async () => {
    const { harry, ann } = await people();
    const ada = await staff(world);
    await ada.act('PATCH', `/admin/users/${ann.id}`, { email: thief });
    await mailsTo(world);
    const check = await start(harry, ann.id);
    await ask(check.number);
    expect((await mailsTo(world, thief)).filter(({ subject }) => /^\d{6} /.test(subject))).toEqual([]);
    expect((await answer(check.number, '123456')).status).toBe(403);
    expect(await resetMfa(harry, ann.id, { caller_check: check.id })).toMatchObject(invalid);
    expect(await isEnrolled(harry, ann.id)).toBe(true);
  });

  test('the thief makes the owner answer the check, and the owner stops it by the letter', async () => {
    const { harry, hedy, ann, anns } = await people();
    await setRules(world, 'second_person_and_wait', 4);
    const check = await passed(harry, ann.id, anns.secret); // the owner typed a number that the thief had sent
    const asked = await resetMfa(harry, ann.id);
    expect(asked.status).toBe(202);
    await move(hedy, asked.body.id, 'approve');
    const token = await notMeToken(world, ann.email, 'proved to the helpdesk');
    expect((await report(world, token)).status).toBe(204);
    wait(4 * 3600);
    const harryNow = await again(world, harry);
    const path = `/admin/approvals/${asked.body.id}/execute`;
    expect(await harryNow.post(path, { caller_check: check.id })).toMatchObject({
      status: 403,
      body: { reason: 'caller_check_invalid' },
    });
    expect(await isEnrolled(harryNow, ann.id)).toBe(true);
    expect(
      (await ann.verify((await ann.login()).body.temp_token ?? 'none', codeOf(anns.secret))).status,
    ).toBe(401);
    expect((await trailOf(world, { harry, hedy }, ann.id)).slice(-3)).toEqual([
      'approval_granted by hedy with totp',
      'account_reported by nobody',
      'authz_fail refused caller_check_invalid by harry',
    ]);
  });
});
