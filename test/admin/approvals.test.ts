import { describe, expect, test } from 'vitest';
import { again, because, house, move, rulesOf, setRules } from '../support/approvals.ts';
import { mailsTo } from '../support/second-factor.ts';
import { policyOf, staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';

const world = useRestoredWorld('the rules are for everybody');

const shownRules = (mode: string, hours = 0) =>
  Object.fromEntries(Object.keys(rulesOf('none')).map((action) => [action, { mode, wait_hours: hours }]));

describe('AP-1 AP-2 a request', () => {
  test('without a rule, every action is carried out as before', async () => {
    const { harry, ann } = await house(world, 'none');
    expect((await harry.post(`/admin/users/${ann.id}/mfa/reset`, because)).status).toBe(204);
    expect((await harry.get('/admin/approvals')).body).toEqual({ approvals: [] });
  });

  test('answers 202 with who asks what for whom, why and until when, and changes nothing', async () => {
    const { harry, hedy, ann } = await house(world);
    const { status, body } = await harry.post(`/admin/users/${ann.id}/mfa/reset`, because);
    expect(status).toBe(202);
    expect(body).toMatchObject({
      action: 'mfa_reset',
      username: ann.username,
      requested_by: harry.id,
      requested_by_username: harry.username,
      reason: because.reason,
      ticket: because.ticket,
      state: 'open',
      expires_at: new Date(Date.now() + 24 * 3_600_000).toISOString(),
    });
    expect((await hedy.get(`/admin/approvals/${body.id}`)).body).toEqual(body);
    expect((await hedy.get('/admin/approvals')).body.approvals).toEqual([body]);
    const [letter] = await mailsTo(world, ann.email);
    expect(letter?.subject).toBe('Somebody asks to remove your second factors');
    expect(letter?.text).toContain('http://127.0.0.1:3000/not-me#token=');
    expect(letter?.text).not.toContain(because.reason);
  });

  test('a second one of the same kind for the same person is refused while the first is live', async () => {
    const { harry, ann, ask } = await house(world);
    const id = await ask();
    const second = await harry.post(`/admin/users/${ann.id}/mfa/reset`, because);
    expect(second).toMatchObject({ status: 409, body: { reason: 'approval_pending' } });
    expect((await move(harry, id, 'cancel')).body.state).toBe('cancelled');
    await ask();
  });

  test('is taken back by its requester alone', async () => {
    const { hedy, ask } = await house(world);
    const id = await ask();
    expect(await move(hedy, id, 'cancel')).toMatchObject({ status: 403, body: { reason: 'not_requester' } });
  });

  test('the bypass code is shown to the requester, when it is carried out', async () => {
    const { harry, hedy, ann } = await house(world);
    const asked = await harry.post(`/admin/users/${ann.id}/bypass-codes`, { ...because, uses: 2 });
    expect(asked).toMatchObject({ status: 202, body: { details: { uses: 2, expiresInSeconds: 3600 } } });
    await move(hedy, asked.body.id, 'approve');
    const { body } = await move(harry, asked.body.id, 'execute');
    expect(body.bypass).toMatchObject({ uses: 2, code: expect.any(String) });
    const { temp_token } = (await ann.login()).body;
    expect((await ann.verify(temp_token, body.bypass.code)).status).toBe(200);
  });

  test('the password, the role, an exemption, a policy and a rollout wait as well', async () => {
    const { harry, hedy, ada, ann } = await house(world);
    const ben = await world.user();
    const eve = await staff(world);
    await ada.put('/admin/rollout', { phase: 'full' });
    const ends_at = new Date(Date.now() + 86_400_000).toISOString();
    const password = await harry.post(`/admin/users/${ann.id}/password-reset`, because);
    const exemption = await ada.post('/admin/exemptions', { user_id: ben.id, reason: 'waits', ends_at });
    const policy = await policyOf(ada, 'vendor', { access_seconds: 600 });
    const area = await ada.put('/admin/areas/vendor', { ...policy, ...because });
    const rollout = await ada.put('/admin/rollout', { phase: 'soft', ...because });
    expect([password, exemption, area, rollout].map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(await ada.put('/admin/rollout', { phase: 'soft' })).toMatchObject({ status: 400 });
    for (const [{ body }, decider, requester] of [
      [password, hedy, harry],
      [exemption, eve, ada],
      [area, eve, ada],
      [rollout, eve, ada],
    ] as const) {
      expect(await move(decider, body.id, 'approve')).toMatchObject({ status: 200 });
      expect(await move(requester, body.id, 'execute')).toMatchObject({ status: 200 });
    }
    expect((await ada.get('/admin/rollout')).body.phase).toBe('soft');
    expect((await ada.get('/admin/areas/vendor')).body.policy.access_seconds).toBe(600);
    expect((await ada.get('/admin/exemptions')).body.exemptions).toHaveLength(1);
    const role = await ada.act('PATCH', `/admin/users/${ann.id}`, { roles: ['admin', 'user'], ...because });
    expect(role.status).toBe(202);
    await move(eve, role.body.id, 'approve');
    await move(ada, role.body.id, 'execute');
    expect((await ada.get(`/admin/users/${ann.id}`)).body.roles).toEqual(['admin', 'user']);
  });

  test('an invitation makes no administrator', async () => {
    const { ada } = await house(world);
    const invitation = { username: 'newadmin', email: 'n@example.gov', roles: ['admin'] };
    for (const [url, body] of [
      ['/admin/users', invitation],
      ['/admin/invitations', { users: [invitation] }],
    ] as const)
      expect(await ada.post(url, body)).toMatchObject({ status: 409, body: { reason: 'approval_required' } });
  });

  test('an auditor reads requests and decides about none', async () => {
    const { ask } = await house(world);
    const audrey = await staff(world, 'auditor');
    const id = await ask();
    expect((await audrey.get(`/admin/approvals/${id}`)).status).toBe(200);
    expect((await move(audrey, id, 'approve')).type).toBe('/problems/insufficient-scope');
  });
});

describe('AP-3 the rules', () => {
  test('are off at first, and an only administrator is told that they stay off', async () => {
    const ada = await staff(world);
    const { body } = await ada.get('/admin/approval-rules');
    expect(body).toMatchObject({ rules: shownRules('none'), administrators: 1, helpers: 1 });
    expect(body.warnings).toHaveLength(1);
    const change = { rules: shownRules('second_person') };
    const refused = await ada.put('/admin/approval-rules', change);
    expect(refused).toMatchObject({ status: 409, body: { reason: 'too_few_people' } });
  });

  test('become stricter at once, and weaker only with an approval', async () => {
    const { ada } = await house(world, 'none');
    const eve = await staff(world);
    await mailsTo(world);
    const strict = await ada.put('/admin/approval-rules', { rules: shownRules('second_person') });
    expect(strict).toMatchObject({ status: 200, body: { rules: shownRules('second_person') } });
    const off = { rules: shownRules('none'), ...because };
    const asked = await ada.put('/admin/approval-rules', off);
    expect(asked).toMatchObject({ status: 202, body: { action: 'rules_weaker' } });
    expect((await ada.get('/admin/approval-rules')).body.rules).toEqual(shownRules('second_person'));
    const [letter] = await mailsTo(world, eve.email);
    expect(letter?.subject).toBe('An administrator asks to weaken the rules for approvals');
    await move(eve, asked.body.id, 'approve');
    await move(ada, asked.body.id, 'execute');
    expect((await ada.get('/admin/approval-rules')).body.rules).toEqual(shownRules('none'));
    const again = await move(ada, asked.body.id, 'execute');
    expect(again).toMatchObject({ status: 409, body: { reason: 'approval_over' } });
  });

  test('the console needs nobody', async () => {
    const { harry, ann } = await house(world);
    await setRules(world, 'none');
    expect((await harry.post(`/admin/users/${ann.id}/mfa/reset`, because)).status).toBe(204);
    expect(await again(world, harry)).toBeDefined();
  });
});
