import { describe, expect, test } from 'vitest';
import { toStored } from '../../src/domain/policy/stored-policy.ts';
import { changeApprovalRules } from '../../src/features/approvals/change-approval-rules.ts';
import { changeArea } from '../../src/features/policy/change-area.ts';
import { changeRollout } from '../../src/features/policy/change-rollout.ts';
import { exemptUser } from '../../src/features/policy/exempt-user.ts';
import { changeUser } from '../../src/features/user-admin/change-user.ts';
import { issueBypassCode } from '../../src/features/user-admin/issue-bypass-code.ts';
import { resetMfa } from '../../src/features/user-admin/reset-mfa.ts';
import { withdrawPassword } from '../../src/features/user-admin/reset-password-by-admin.ts';
import { wait } from '../support/actor.ts';
import {
  again,
  because,
  house,
  move,
  notMeToken,
  report,
  rulesOf,
  setRules,
  trailOf,
} from '../support/approvals.ts';
import { tally } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const world = useRestoredWorld('the rules are for everybody');
const day = 24 * 3600;

async function hasFactor(who: Staff, id: string): Promise<boolean> {
  return (await who.get(`/admin/users/${id}`)).body.enrolled;
}

const refusal = (reason: string, status: 403 | 409) => ({ status, body: { reason } });

describe('TK-1 AP-1 how somebody takes an account over, and what stops it', () => {
  test('an accomplice talks the helpdesk into it: the second person refuses', async () => {
    const { harry, hedy, ann, ask } = await house(world);
    const id = await ask();
    expect(await hasFactor(hedy, ann.id)).toBe(true);
    expect(await move(hedy, id, 'refuse')).toMatchObject({ status: 200, body: { state: 'refused' } });
    expect(await move(harry, id, 'execute')).toMatchObject(refusal('approval_over', 409));
    expect(await hasFactor(hedy, ann.id)).toBe(true);
    expect(await trailOf(world, { harry, hedy }, ann.id)).toEqual([
      'approval_asked by harry with totp',
      'approval_refused by hedy with totp',
      'authz_fail refused approval_over by harry',
    ]);
  });

  test('the requester approves the own request', async () => {
    const { harry, ann, ask } = await house(world);
    const id = await ask();
    expect(await move(harry, id, 'approve')).toMatchObject(refusal('own_request', 403));
    expect(await move(harry, id, 'execute')).toMatchObject(refusal('approval_missing', 409));
    expect(await hasFactor(harry, ann.id)).toBe(true);
    expect(await trailOf(world, { harry }, ann.id)).toEqual([
      'approval_asked by harry with totp',
      'authz_fail refused own_request by harry',
      'authz_fail refused approval_missing by harry',
    ]);
  });

  test('the requester approves through a second account that has the same mail address', async () => {
    const { harry, ann, ask } = await house(world);
    const second = await staff(world, 'helpdesk');
    await world.database.db
      .updateTable('users')
      .set({ email: harry.email?.toUpperCase() ?? null })
      .where('id', '=', second.id)
      .execute();
    const id = await ask();
    expect(await move(second, id, 'approve')).toMatchObject(refusal('same_person', 403));
    expect(await trailOf(world, { harry, second }, ann.id)).toEqual([
      'approval_asked by harry with totp',
      'authz_fail refused same_person by second',
    ]);
  });

  test('the requester approves through an account that the requester has just given its role', async () => {
    const { ada, ann } = await house(world, 'none');
    const made = await world.user();
    const app = await made.enrolTotp();
    await ada.act('PATCH', `/admin/users/${made.id}`, { roles: ['helpdesk'] });
    await setRules(world, 'second_person');
    const asked = await ada.post(`/admin/users/${ann.id}/mfa/reset`, because);
    const { body } = await made.loginWithTotp(app.secret, 'admin');
    const how = { bearer: body.access_token };
    const approve = () => world.call('POST', `/admin/approvals/${asked.body.id}/approve`, {}, how);
    expect(await approve()).toMatchObject(refusal('same_person', 403));
    expect(await trailOf(world, { ada, made }, ann.id)).toEqual([
      'approval_asked by ada with totp',
      'authz_fail refused same_person by made',
    ]);
  });

  test('the person concerned approves', async () => {
    const { ada } = await house(world);
    const eve = await staff(world);
    const asked = await ada.post(`/admin/users/${eve.id}/bypass-codes`, because);
    expect(await move(eve, asked.body.id, 'approve')).toMatchObject(refusal('own_account', 403));
    expect(await trailOf(world, { ada, eve }, eve.id)).toEqual([
      'approval_asked by ada with totp',
      'authz_fail refused own_account by eve',
    ]);
  });

  test('the helpdesk approves what only an administrator may', async () => {
    const { harry, ada } = await house(world);
    const eve = await staff(world);
    const asked = await ada.post(`/admin/users/${eve.id}/mfa/reset`, because);
    expect(await move(harry, asked.body.id, 'approve')).toMatchObject(refusal('higher_role', 403));
    const ann = await world.user();
    const role = await ada.act('PATCH', `/admin/users/${ann.id}`, { roles: ['admin'], ...because });
    expect(role.status).toBe(202);
    expect(await move(harry, role.body.id, 'approve')).toMatchObject(refusal('wrong_role', 403));
  });

  test('the approver loses the role before the action', async () => {
    const { harry, hedy, ada, ann, ask } = await house(world);
    const id = await ask();
    expect((await move(hedy, id, 'approve')).status).toBe(200);
    await ada.act('PATCH', `/admin/users/${hedy.id}`, { roles: ['user'] });
    expect(await move(harry, id, 'execute')).toMatchObject(refusal('approval_stale', 409));
    expect(await hasFactor(ada, ann.id)).toBe(true);
    expect(await trailOf(world, { harry, hedy }, ann.id)).toEqual([
      'approval_asked by harry with totp',
      'approval_granted by hedy with totp',
      'authz_fail refused approval_stale by harry',
    ]);
  });

  test('the requester loses the role before the action', async () => {
    const { ada, ann } = await house(world);
    const eve = await staff(world);
    const asked = await ada.act('PATCH', `/admin/users/${ann.id}`, { roles: ['admin'], ...because });
    expect((await move(eve, asked.body.id, 'approve')).status).toBe(200);
    await eve.act('PATCH', `/admin/users/${ada.id}`, { roles: ['helpdesk'] });
    wait(60);
    const demoted = await again(world, ada);
    expect(await move(demoted, asked.body.id, 'execute')).toMatchObject(refusal('approval_stale', 409));
    expect((await eve.get(`/admin/users/${ann.id}`)).body.roles).toEqual(['user']);
  });

  test('the owner stops it by the link of the letter, and the stopped link is replayed', async () => {
    const { harry, hedy, ann, ask } = await house(world);
    const id = await ask();
    const token = await notMeToken(world, ann.email, 'asks to remove your second factors');
    await move(hedy, id, 'approve');
    const read = () => world.call('POST', '/auth/not-me/link', { token });
    for (const _ of [1, 2])
      expect((await read()).body).toEqual({ username: ann.username, stops: 'approval', action: 'mfa_reset' });
    expect((await report(world, token)).status).toBe(204);
    expect(await move(harry, id, 'execute')).toMatchObject(refusal('approval_over', 409));
    const [replayed, unknown] = [await report(world, token), await report(world, 'x'.repeat(43))];
    const plain = ({ status, body: { instance: _, ...body } }: typeof replayed) => ({ status, body });
    expect(plain(replayed)).toEqual(plain(unknown));
    expect(replayed.status).toBe(401);
    expect((await ann.login()).status).toBe(200);
    expect(await trailOf(world, { harry, hedy }, ann.id)).toEqual([
      'approval_asked by harry with totp',
      'approval_granted by hedy with totp',
      'approval_stopped by nobody',
      'authz_fail refused approval_over by harry',
    ]);
  });

  test('the wait is not over', async () => {
    const { harry, hedy, ann, ask } = await house(world, 'second_person_and_wait', 4);
    const id = await ask();
    expect((await move(hedy, id, 'approve')).status).toBe(200);
    expect(await move(harry, id, 'execute')).toMatchObject(refusal('approval_waiting', 409));
    wait(4 * 3600 - 1);
    const early = await again(world, harry);
    expect(await move(early, id, 'execute')).toMatchObject(refusal('approval_waiting', 409));
    wait(1);
    expect((await move(early, id, 'execute')).status).toBe(200);
    expect(await hasFactor(early, ann.id)).toBe(false);
    expect(await trailOf(world, { harry, hedy }, ann.id)).toEqual([
      'approval_asked by harry with totp',
      'approval_granted by hedy with totp',
      'authz_fail refused approval_waiting by harry',
      'authz_fail refused approval_waiting by harry',
      'approval_used by harry with totp',
      'mfa_reset by harry',
    ]);
  });

  test('an approval is replayed', async () => {
    const { harry, hedy, ann, ask } = await house(world);
    const id = await ask();
    await move(hedy, id, 'approve');
    expect((await move(harry, id, 'execute')).status).toBe(200);
    await ann.enrolTotp((await ann.login()).body.enrollment_token);
    expect(await move(harry, id, 'execute')).toMatchObject(refusal('approval_over', 409));
    expect(await move(hedy, id, 'approve')).toMatchObject(refusal('approval_over', 409));
    expect(await hasFactor(hedy, ann.id)).toBe(true);
  });

  test('a request that needs no approval any more is used to change something else', async () => {
    const { ada, ann } = await house(world);
    const eve = await staff(world);
    const wanted = { roles: ['admin'], email: 'mallory@example.com', ...because };
    const asked = await ada.act('PATCH', `/admin/users/${ann.id}`, wanted);
    await world.database.db
      .updateTable('users')
      .set({ roles: ['admin'] })
      .where('id', '=', ann.id)
      .execute();
    expect(await move(ada, asked.body.id, 'execute')).toMatchObject(refusal('approval_missing', 409));
    expect((await move(eve, asked.body.id, 'approve')).status).toBe(200);
    expect((await move(ada, asked.body.id, 'execute')).status).toBe(200);
    await eve.act('PATCH', `/admin/users/${ann.id}`, { email: 'ann@example.com' });
    expect(await move(ada, asked.body.id, 'execute')).toMatchObject(refusal('approval_over', 409));
    expect((await eve.get(`/admin/users/${ann.id}`)).body.email).toBe('ann@example.com');
  });

  test('an approval for one person or action is used for another', async () => {
    const { harry, hedy, ann, ask } = await house(world);
    const ben = await world.user();
    await ben.enrolTotp();
    const id = await ask();
    await move(hedy, id, 'approve');
    const by = { userId: harry.id, roles: ['helpdesk'] };
    const cause = { reason: 'x', ticket: null };
    const permit = { id, factor: 'totp' };
    const toBen = resetMfa(world.deps, consoleContext(), { by, userId: ben.id, cause, permit });
    await expect(toBen).rejects.toMatchObject({ extensions: { reason: 'approval_required' } });
    const input = { uses: 1, expiresInSeconds: 60 };
    const code = issueBypassCode(world.deps, consoleContext(), {
      ...{ by, userId: ann.id, cause, permit, input },
    });
    await expect(code).rejects.toMatchObject({ extensions: { reason: 'approval_required' } });
    const other = { by: { userId: hedy.id, roles: ['helpdesk'] }, userId: ann.id, cause, permit };
    await expect(resetMfa(world.deps, consoleContext(), other)).rejects.toMatchObject({ status: 403 });
    expect(await move(hedy, id, 'execute')).toMatchObject(refusal('not_requester', 403));
    expect([await hasFactor(hedy, ann.id), await hasFactor(hedy, ben.id)]).toEqual([true, true]);
    expect(await trailOf(world, { harry, hedy }, ann.id)).toEqual([
      'approval_asked by harry with totp',
      'approval_granted by hedy with totp',
      'authz_fail refused not_requester by hedy',
    ]);
  });

  test('the action comes without an approval, after the rule was switched on', async () => {
    const { harry, ada, ann } = await house(world);
    const { deps } = world;
    const ctx = consoleContext();
    const gradual = { phase: 'gradual', roles: ['vendor'], graceSeconds: 0 } as const;
    await changeRollout(deps, ctx, null, gradual);
    const cause = { reason: 'x', ticket: null };
    const help = { by: { userId: harry.id, roles: ['helpdesk'] }, userId: ann.id, cause };
    const by = { userId: ada.id, roles: ['admin'] };
    const endsAt = new Date(Date.now() + 3_600_000);
    const policy = { ...toStored(deps.preset.vendor), accessSeconds: 600 };
    const change = { policy, reportOnly: false, version: undefined };
    const rules = { actorId: ada.id, rules: rulesOf('none'), permit: null };
    const soft = { phase: 'soft', roles: undefined, graceSeconds: 0 } as const;
    const acts = [
      () => resetMfa(deps, ctx, help),
      () => issueBypassCode(deps, ctx, { ...help, input: { uses: 1, expiresInSeconds: 60 } }),
      () => withdrawPassword(deps, ctx, help),
      () => changeUser(deps, ctx, { by, userId: ann.id, wanted: { roles: ['admin'] } }),
      () => exemptUser(deps, ctx, ada.id, { userId: ann.id, reason: 'x', endsAt }),
      () => changeArea(deps, ctx, { actorId: ada.id, area: 'vendor', change }),
      () => changeRollout(deps, ctx, ada.id, soft),
      () => changeApprovalRules(deps, ctx, rules),
    ];
    for (const act of acts)
      await expect(act(), String(act)).rejects.toMatchObject({ extensions: { reason: 'approval_required' } });
    expect(await hasFactor(harry, ann.id)).toBe(true);
  });

  test('a request or an approval has expired', async () => {
    const { harry, hedy, ann, ask } = await house(world);
    const first = await ask();
    wait(day);
    const [harryLater, hedyLater] = [await again(world, harry), await again(world, hedy)];
    expect(await move(hedyLater, first, 'approve')).toMatchObject(refusal('approval_over', 409));
    const second = await ask(harryLater);
    expect((await move(hedyLater, second, 'approve')).status).toBe(200);
    wait(day);
    const harryAtLast = await again(world, harry);
    expect(await move(harryAtLast, second, 'execute')).toMatchObject(refusal('approval_over', 409));
    const { approvals } = (await harryAtLast.get('/admin/approvals')).body;
    expect(approvals.map(({ state }: { state: string }) => state)).toEqual(['expired', 'expired']);
    expect(await hasFactor(harryAtLast, ann.id)).toBe(true);
  });

  test('two approve at once, and the requester carries it out twice at once', async () => {
    const { harry, hedy, ada, ann, ask } = await house(world);
    const id = await ask();
    const both = await Promise.all([move(hedy, id, 'approve'), move(ada, id, 'approve')]);
    expect(tally(both)).toEqual({ 200: 1, conflict: 1 });
    const twice = await Promise.all([move(harry, id, 'execute'), move(harry, id, 'execute')]);
    expect(tally(twice)).toEqual({ 200: 1, conflict: 1 });
    const trail = await trailOf(world, { harry, hedy, ada }, ann.id);
    expect(trail.filter((line) => line.startsWith('approval_granted'))).toHaveLength(1);
    expect(trail.filter((line) => line.startsWith('approval_used'))).toHaveLength(1);
    expect(trail.filter((line) => line.startsWith('mfa_reset'))).toHaveLength(1);
  });

  test('the account has changed since the request', async () => {
    const { harry, hedy, ada, ann, ask } = await house(world);
    const id = await ask();
    await move(hedy, id, 'approve');
    await ada.act('PATCH', `/admin/users/${ann.id}`, { roles: ['vendor'] });
    expect(await move(harry, id, 'execute')).toMatchObject(refusal('approval_stale', 409));
    expect(await hasFactor(ada, ann.id)).toBe(true);
  });

  test('the approver has no fresh factor', async () => {
    const { hedy, ask } = await house(world);
    const id = await ask();
    wait(301);
    const { bearer } = hedy;
    const { body } = await world.call('POST', '/auth/refresh', { refresh_token: hedy.refresh });
    const stale = await world.call(
      'POST',
      `/admin/approvals/${id}/approve`,
      {},
      {
        bearer: body.access_token ?? bearer,
      },
    );
    expect(stale).toMatchObject({ status: 403, type: '/problems/mfa-token-required' });
  });
});
