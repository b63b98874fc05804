import { describe, expect, test } from 'vitest';
import { wait } from '../support/actor.ts';
import { because, house, notMeToken, report, trailOf } from '../support/approvals.ts';
import { linksTo } from '../support/links.ts';
import { dumpDatabase, eventsOf, mailsTo } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';

const world = useRestoredWorld('the rules for approvals are for everybody');
const day = 24 * 3600;

/** Ann, and the token of the letter about her second factor. */
async function written() {
  const ann = await world.user();
  const totp = await ann.enrolTotp();
  return { ann, totp, token: await notMeToken(world, ann.email, 'second factor was added') };
}

describe('NM-1 the link “it was not me” of a letter', () => {
  test('does nothing when it is read, and everything when it is pressed', async () => {
    const { ann, totp, token } = await written();
    const read = () => world.call('POST', '/auth/not-me/link', { token });
    for (const _ of [1, 2])
      expect((await read()).body).toEqual({ username: ann.username, stops: 'account', action: null });
    const me = () => world.call('GET', '/auth/me', undefined, { bearer: totp.bearer });
    expect((await me()).status).toBe(200);

    expect((await report(world, token, '198.51.100.7')).status).toBe(204);
    expect((await me()).status).toBe(401);
    expect((await ann.login()).status).toBe(401);
    expect((await world.call('POST', '/auth/refresh', { refresh_token: totp.refresh })).status).toBe(401);
    const event = (await eventsOf(world, ann.id)).find(({ type }) => type === 'account_reported');
    expect(event).toMatchObject({
      outcome: 'success',
      ip: '198.51.100.7',
      detail: { notice: 'factor_added' },
    });
  });

  test('cancels the help that others have for the account: requests, bypass codes, links', async () => {
    const { harry, hedy, ann } = await house(world, 'none');
    const { code } = (await harry.post(`/admin/users/${ann.id}/bypass-codes`, because)).body;
    await world.call('POST', '/auth/password/forgot', { username: ann.username });
    const [link = ''] = await linksTo(world, ann.email);
    expect(link).toMatch(/^[\w-]{43}$/);
    expect((await world.call('POST', '/auth/password/link', { token: link })).status).toBe(200);
    await ann.login('public', { mfa_token: code });
    const token = await notMeToken(world, ann.email, 'bypass code');
    expect((await report(world, token)).status).toBe(204);
    expect((await world.call('POST', '/auth/password/link', { token: link })).status).toBe(401);
    const { body } = await hedy.get(`/admin/users/${ann.id}`);
    expect(body.factors.map(({ method }: { method: string }) => method)).not.toContain('bypass_code');
  });

  test('stops an approved request about the account', async () => {
    const { harry, hedy, ann, ask } = await house(world);
    const id = await ask();
    await hedy.post(`/admin/approvals/${id}/approve`, {});
    const token = await notMeToken(world, ann.email, 'A second person approved');
    expect((await report(world, token)).status).toBe(204);
    const carried = await harry.post(`/admin/approvals/${id}/execute`, {});
    expect(carried).toMatchObject({ status: 409, body: { reason: 'approval_over' } });
    expect(await trailOf(world, { harry, hedy }, ann.id)).toEqual([
      'approval_asked by harry with totp',
      'approval_granted by hedy with totp',
      'account_reported by nobody',
      'authz_fail refused approval_over by harry',
    ]);
  });

  test('works once, for seven days, and a used, an old and an invented token are alike', async () => {
    const { token } = await written();
    expect((await report(world, token)).status).toBe(204);
    const old = await written();
    wait(7 * day);
    const answers = [
      await report(world, token),
      await report(world, old.token),
      await report(world, 'x'.repeat(43)),
    ];
    const [first, ...others] = answers.map(({ status, body: { instance: _, ...body } }) => ({
      status,
      body,
    }));
    expect(first?.status).toBe(401);
    for (const other of others) expect(other).toEqual(first);
    expect((await old.ann.login()).status).toBe(200);
  });

  test('one press ends every link of the account', async () => {
    const { ann, totp, token } = await written();
    const regenerate = '/auth/mfa/recovery-codes/regenerate';
    await world.call('POST', regenerate, { password: ann.password }, { bearer: totp.bearer });
    const later = await notMeToken(world, ann.email);
    expect(later).toMatch(/^[\w-]{43}$/);
    expect((await report(world, token)).status).toBe(204);
    expect((await report(world, later)).status).toBe(401);
  });

  test('is told at every address, stands first in the console, and the helpdesk unlocks', async () => {
    const { ann, totp, token } = await written();
    const desk = await staff(world, 'helpdesk');
    const reported = async () => (await desk.get('/admin/users?reported=true')).body.users;
    expect(await reported()).toEqual([]);
    await report(world, token);
    const [letter] = await mailsTo(world, ann.email);
    expect(letter?.subject).toBe('Your account was locked by the link “it was not me” of a message');
    expect(letter?.text).not.toContain('/not-me#');
    expect(await reported()).toMatchObject([
      { id: ann.id, status: 'disabled', reported_at: new Date().toISOString() },
    ]);
    expect((await desk.get('/admin/users?locked=true')).body.users).toMatchObject([{ id: ann.id }]);
    expect((await desk.post(`/admin/users/${ann.id}/unlock`, because)).status).toBe(204);
    expect(await reported()).toEqual([]);
    wait(60);
    expect((await ann.loginWithTotp(totp.secret)).status).toBe(200);
  });

  test('an account that an administrator had disabled is not the helpdesk’s to unlock', async () => {
    const { ann, token } = await written();
    const [admin, desk] = [await staff(world), await staff(world, 'helpdesk')];
    await admin.act('PATCH', `/admin/users/${ann.id}`, { status: 'disabled' });
    expect((await report(world, token)).status).toBe(204);
    await desk.post(`/admin/users/${ann.id}/unlock`, because);
    expect((await desk.get(`/admin/users/${ann.id}`)).body).toMatchObject({
      status: 'disabled',
      reported_at: null,
    });
  });

  test('the database has its hash alone', async () => {
    const { token } = await written();
    expect(await dumpDatabase(world)).not.toContain(token);
  });

  test('a label cannot forge it, and a test mail has none', async () => {
    const desk = await staff(world, 'helpdesk');
    await mailsTo(world);
    await desk.post('/admin/carriers/test-mail', {});
    const [letter] = await mailsTo(world, desk.email);
    expect(letter?.text).not.toContain('not-me');
  });
});
