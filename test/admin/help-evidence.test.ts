import { beforeAll, describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { house, move, notMeToken, report } from '../support/approvals.ts';
import { because, callerDesk, checkSeconds } from '../support/caller-desk.ts';
import { eventsOf, eventTypesOf, mailsTo } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

describe('RK-7 where a check is required', () => {
  const world = useWorld({ helpRequires: 'caller_check' });
  const { start, read, answer, reset, passed } = callerDesk(world);
  let desk: Staff;
  let colleague: Staff;
  beforeAll(async () => {
    desk = await staff(world, 'helpdesk');
    colleague = await staff(world, 'helpdesk');
  });
  const withApp = async () => {
    const ann = await world.user();
    return { ann, ...(await ann.enrolTotp()) };
  };
  const refused = (reason: string) => ({ status: 403, type: '/problems/forbidden', body: { reason } });

  test('a reset, a bypass code and a new password need one; two evidences are not enough', async () => {
    const { ann } = await withApp();
    const evidence = ['callback_to_known_number', 'manager_confirmed'];
    for (const path of ['mfa/reset', 'bypass-codes', 'password-reset']) {
      const answered = await desk.post(`/admin/users/${ann.id}/${path}`, { ...because, evidence });
      expect(answered, path).toMatchObject(refused('caller_check_required'));
      const last = (await eventsOf(world, ann.id)).at(-1);
      expect(last).toMatchObject({
        type: 'authz_fail',
        actorId: desk.id,
        detail: { reason: 'caller_check_required' },
      });
    }
    expect((await desk.get(`/admin/users/${ann.id}`)).body.help_requires).toBe('caller_check');
    expect((await desk.post(`/admin/users/${ann.id}/unlock`, because)).status).toBe(204);
  });

  test.each([
    ['mfa/reset', 204, 'mfa_reset', 'mfa_reset'],
    ['bypass-codes', 201, 'mfa_bypass_codes_issued', 'bypass_code'],
    ['password-reset', 204, 'password_reset_requested', 'password_reset'],
  ])(
    'a passed check allows %s once, and stands in its event and in the timeline',
    async (path, status, type, use) => {
      const { ann, secret } = await withApp();
      const check = await passed(desk, ann.id, secret);
      const body = { ...because, caller_check: check.id };
      expect((await desk.post(`/admin/users/${ann.id}/${path}`, body)).status).toBe(status);
      const event = (await eventsOf(world, ann.id)).findLast((one) => one.type === type);
      expect(event).toMatchObject({
        actorId: desk.id,
        detail: { ...because, caller_check: check.id, caller_method: 'totp', from_asker: false },
      });
      expect((await read(desk, ann.id, check.id)).body).toMatchObject({ state: 'used', used_for: use });
      const { entries } = (await desk.get(`/admin/users/${ann.id}/timeline`)).body;
      const says = entries.map((entry: { says: string }) => entry.says).join('\n');
      expect(says).toContain('The caller was known by a check by an authenticator app.');
      expect(says).toContain('The caller passed the check of the helpdesk, by an authenticator app.');
      expect(await desk.post(`/admin/users/${ann.id}/${path}`, body)).toMatchObject(
        refused('caller_check_invalid'),
      );
    },
  );

  test('an accomplice cannot use a check about one account for another', async () => {
    const own = await withApp();
    const victim = await withApp();
    const check = await passed(desk, own.ann.id, own.secret);
    expect(await reset(desk, victim.ann.id, { caller_check: check.id })).toMatchObject(
      refused('caller_check_invalid'),
    );
    expect((await eventsOf(world, victim.ann.id)).at(-1)).toMatchObject({
      type: 'authz_fail',
      outcome: 'refused',
      actorId: desk.id,
      detail: { reason: 'caller_check_invalid' },
    });
    expect((await victim.ann.loginWithTotp(victim.secret)).status).toBe(200);
    expect((await reset(desk, own.ann.id, { caller_check: check.id })).status).toBe(204); // it was not used up
  });

  test('nor the check of a colleague, nor read it', async () => {
    const { ann, secret } = await withApp();
    const check = await passed(colleague, ann.id, secret);
    expect((await read(desk, ann.id, check.id)).status).toBe(404);
    expect(await reset(desk, ann.id, { caller_check: check.id })).toMatchObject(
      refused('caller_check_invalid'),
    );
    expect((await reset(colleague, ann.id, { caller_check: check.id })).status).toBe(204);
  });

  test('nor one that is pending, failed, over, or invented', async () => {
    const { ann, secret } = await withApp();
    const pending = await start(desk, ann.id);
    expect(await reset(desk, ann.id, { caller_check: pending.id })).toMatchObject(
      refused('caller_check_invalid'),
    );
    expect(await reset(desk, ann.id, { caller_check: ann.id })).toMatchObject(
      refused('caller_check_invalid'),
    );
    expect((await answer(pending.number, codeOf(secret))).status).toBe(200);
    wait(checkSeconds);
    const { bearer } = desk;
    const session = await desk.loginWithTotp(desk.secret, 'admin');
    const later = {
      ...desk,
      post: (url: string, body: Record<string, unknown>) =>
        world.call('POST', url, body, { bearer: session.body.access_token ?? bearer }),
    };
    expect(await reset(later, ann.id, { caller_check: pending.id })).toMatchObject(
      refused('caller_check_invalid'),
    );
  });

  test('of two resets at once with one check, one is made', async () => {
    const { ann, secret } = await withApp();
    const check = await passed(desk, ann.id, secret);
    const both = await Promise.all([1, 2].map(() => reset(desk, ann.id, { caller_check: check.id })));
    expect(both.map(({ status }) => status).sort()).toEqual([204, 403]);
  });

  test('an action that fails does not use the check up', async () => {
    const ann = await world.user({ email: null });
    const { secret } = await ann.enrolTotp();
    const check = await passed(desk, ann.id, secret);
    const body = { ...because, caller_check: check.id };
    expect((await desk.post(`/admin/users/${ann.id}/password-reset`, body)).status).toBe(409);
    expect((await reset(desk, ann.id, { caller_check: check.id })).status).toBe(204);
  });

  test('a helpdesk member who types the code of the victim passes, and the record shows the network', async () => {
    const { ann, secret } = await withApp();
    const check = await start(desk, ann.id);
    const own = { ip: '192.0.2.1' }; // the network of the helpdesk
    expect((await answer(check.number, codeOf(secret), own)).status).toBe(200);
    expect((await read(desk, ann.id, check.id)).body).toMatchObject({ state: 'passed', from_asker: true });
    expect((await eventsOf(world, ann.id)).at(-1)).toMatchObject({
      type: 'caller_check_passed',
      detail: { from_asker: true },
    });
    const { entries } = (await desk.get(`/admin/users/${ann.id}/timeline`)).body;
    expect(JSON.stringify(entries)).toContain('The answer came from the network of the helpdesk.');
    const subjects = (await mailsTo(world, ann.email ?? '')).map(({ subject }) => subject);
    expect(subjects).toContain('Somebody proved to the helpdesk that they are you');
  });
});

describe('RK-7 where a check or two evidences are required', () => {
  const world = useWorld({ helpRequires: 'caller_check_or_two_evidences' });
  const { reset } = callerDesk(world);

  test('one kind is not enough, and one kind twice neither', async () => {
    const desk = await staff(world, 'helpdesk');
    const ann = await world.user();
    await ann.enrolTotp();
    const once = ['manager_confirmed'];
    for (const evidence of [undefined, [], once, [...once, ...once]]) {
      const answered = await reset(desk, ann.id, evidence && { evidence });
      expect(answered).toMatchObject({ status: 403, body: { reason: 'evidence_required' } });
    }
    expect((await reset(desk, ann.id, { evidence: ['she sounded like Ann'] })).status).toBe(400);
    const evidence = ['callback_to_known_number', 'manager_confirmed'];
    expect((await reset(desk, ann.id, { evidence })).status).toBe(204);
    const event = (await eventsOf(world, ann.id)).findLast(({ type }) => type === 'mfa_reset');
    expect(event?.detail).toEqual({ ...because, evidence });
  });
});

describe('RK-7 where a rule asks for a second person too', () => {
  const world = useWorld({ helpRequires: 'caller_check' });
  const { passed, read } = callerDesk(world);
  const execute = (by: Staff, id: string, body: Record<string, unknown> = {}) =>
    by.post(`/admin/approvals/${id}/execute`, body);

  test('the action needs both, and a refusal of one leaves the other as it was', async () => {
    const { harry, hedy, ann, totp, ask } = await house(world);
    const id = await ask();
    const early = await passed(harry, ann.id, totp.secret);
    const caller_check = early.id;
    expect(await execute(harry, id, { caller_check })).toMatchObject({
      status: 409,
      body: { reason: 'approval_missing' },
    });
    expect((await read(harry, ann.id, caller_check)).body.state).toBe('passed');
    expect((await move(hedy, id, 'approve')).status).toBe(200);
    const bare = await world.call('POST', `/admin/approvals/${id}/execute`, undefined, harry);
    expect(bare).toMatchObject({ status: 403, body: { reason: 'caller_check_required' } });
    const invented = { caller_check: ann.id };
    expect(await execute(harry, id, invented)).toMatchObject({
      status: 403,
      body: { reason: 'caller_check_invalid' },
    });
    const refusals = (await eventsOf(world, ann.id)).filter(({ type }) => type === 'authz_fail');
    expect(refusals.map(({ detail }) => detail)).toEqual([
      { reason: 'approval_missing', approval_id: id, action: 'mfa_reset' },
      { reason: 'caller_check_required', approval_id: id, action: 'mfa_reset' },
      { reason: 'caller_check_invalid', approval_id: id, action: 'mfa_reset' },
    ]);
    expect((await harry.get(`/admin/approvals/${id}`)).body.state).toBe('approved');
    expect((await harry.get(`/admin/users/${ann.id}`)).body.enrolled).toBe(true);
    expect((await execute(harry, id, { caller_check })).status).toBe(200);
    expect((await harry.get(`/admin/approvals/${id}`)).body.state).toBe('used');
    expect((await read(harry, ann.id, caller_check)).body.state).toBe('used');
    const event = (await eventsOf(world, ann.id)).findLast(({ type }) => type === 'mfa_reset');
    expect(event?.detail).toMatchObject({ caller_check, caller_method: 'totp' });
  });

  test('a request for the approval uses no check up, and stores none', async () => {
    const { harry, hedy, ann, totp } = await house(world);
    const { id: caller_check } = await passed(harry, ann.id, totp.secret);
    const asked = await harry.post(`/admin/users/${ann.id}/bypass-codes`, { ...because, caller_check });
    expect(asked.status).toBe(202);
    expect((await read(harry, ann.id, caller_check)).body.state).toBe('passed');
    expect((await move(hedy, asked.body.id, 'approve')).status).toBe(200);
    expect((await execute(harry, asked.body.id)).body.reason).toBe('caller_check_required');
    expect((await execute(harry, asked.body.id, { caller_check })).status).toBe(200);
  });

  test('the owner who says "it was not me" ends the checks', async () => {
    const { harry, ann, totp } = await house(world, 'none');
    const { id: caller_check } = await passed(harry, ann.id, totp.secret);
    const token = await notMeToken(world, ann.email, 'proved to the helpdesk');
    expect((await report(world, token)).status).toBe(204);
    expect((await harry.post(`/admin/users/${ann.id}/unlock`, because)).status).toBe(204);
    expect(await harry.post(`/admin/users/${ann.id}/mfa/reset`, { ...because, caller_check })).toMatchObject({
      status: 403,
      body: { reason: 'caller_check_invalid' },
    });
  });
});

describe('RK-7 where the policy of logins is strict', () => {
  const world = useWorld({ preset: 'strict' });
  const { start, ask, answer } = callerDesk(world);

  test('an attacker with a mailbox alone passes no check', async () => {
    const root = await staff(world);
    const { policy, version } = (await root.get('/admin/areas/public')).body;
    const ann = await world.user();
    await ann.enrolSent('email', { email: `second-${ann.username}@example.org` });
    const demanding = { ...policy, min_acr: 'urn:sallyport:acr:2', version };
    expect((await root.put('/admin/areas/public', demanding)).status).toBe(200);
    wait(60); // a code was sent at the enrolment
    const check = await start(root, ann.id);
    const before = world.mails.length;
    expect((await ask(check.number)).status).toBe(202);
    expect(world.mails.slice(before)).toEqual([]);
    expect((await answer(check.number, ann.lastCode('email'))).status).toBe(403);
    expect((await eventTypesOf(world, ann.id)).at(-1)).not.toBe('caller_check_passed');
  });
});
