import { beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/domain/users/roles.ts';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { setInARow } from '../support/audit-cases.ts';
import { linksTo, reset } from '../support/links.ts';
import { eventsOf, mailsTo, throttleOf } from '../support/second-factor.ts';
import { snapshot } from '../support/snapshot.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const because = { reason: 'Lost the phone; called back', ticket: 'INC-1042' };

const world = useWorld();
let desk: Awaited<ReturnType<typeof staff>>;
let root: Awaited<ReturnType<typeof staff>>;
beforeAll(async () => {
  desk = await staff(world, 'helpdesk');
  root = await staff(world);
});

const me = async (bearer: string) => (await world.call('GET', '/auth/me', undefined, { bearer })).status;

type Help = {
  readonly what: string;
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly status: number;
};
const helps: readonly Help[] = [
  { what: 'reset the factors of', method: 'POST', path: 'mfa/reset', body: because, status: 204 },
  { what: 'reset the password of', method: 'POST', path: 'password-reset', body: because, status: 204 },
  { what: 'make a bypass code for', method: 'POST', path: 'bypass-codes', body: because, status: 201 },
  { what: 'unlock', method: 'POST', path: 'unlock', body: because, status: 204 },
  { what: 'log out', method: 'DELETE', path: 'sessions', body: because, status: 204 },
];
const help = ({ method, path, body }: Help, by: typeof desk, id: string) =>
  by.act(method, `/admin/users/${id}/${path}`, body);

describe.each(helps)('RK-7: to $what somebody', (one) => {
  test('a helpdesk may where they have no such role, and the audit names both', async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    expect((await help(one, desk, ann.id)).status).toBe(one.status);
    const event = (await eventsOf(world, ann.id)).at(-1);
    expect(event).toMatchObject({ userId: ann.id, actorId: desk.id, outcome: 'success' });
    expect(event?.detail).toMatchObject(because);
  });

  test.each(['admin', 'helpdesk', 'auditor'] as const)(
    'a helpdesk may not where they are %s, an admin may',
    async (role) => {
      const other = await staff(world, role, 'user');
      const before = await snapshot(world.database.db, ['audit_events']);
      const refused = await help(one, desk, other.id);
      expect(refused).toMatchObject({
        status: 403,
        type: '/problems/forbidden',
        body: { reason: 'higher_role' },
      });
      expect(await snapshot(world.database.db, ['audit_events'])).toEqual(before);
      const event = (await eventsOf(world, other.id)).at(-1);
      expect(event).toMatchObject({ type: 'authz_fail', actorId: desk.id });
      expect((await help(one, root, other.id)).status).toBe(one.status);
    },
  );

  test('nobody may for themselves', async () => {
    for (const by of [desk, root])
      expect(await help(one, by, by.id)).toMatchObject({ status: 403, body: { reason: 'own_account' } });
  });

  test('an auditor may not, nor a stale factor, nor without a token', async () => {
    const ann = await world.user();
    const auditor = await staff(world, 'auditor');
    expect(await help(one, auditor, ann.id)).toMatchObject({ status: 403, body: { scope: 'users:help' } });
    const url = `/admin/users/${ann.id}/${one.path}`;
    expect((await world.call(one.method, url, one.body)).status).toBe(401);
    const late = await staff(world, 'helpdesk');
    wait(250);
    const { body } = await world.call('POST', '/auth/refresh', { refresh_token: late.refresh });
    wait(60);
    const stale = await world.call(one.method, url, one.body, { bearer: body.access_token });
    expect(stale).toMatchObject({ status: 403, type: '/problems/mfa-token-required' });
  });

  test('it is 404 for an unknown user', async () => {
    expect((await help(one, desk, '00000000-0000-4000-8000-000000000000')).status).toBe(404);
  });
});

describe.each(helps)('RK-7: to $what somebody', (one) => {
  test('a reason is required, and nothing else is taken', async () => {
    const ann = await world.user();
    const blanks = ['', ' ', '\t\n', '\u00a0', '\u200b', '\u3164', ' - '];
    for (const body of [{}, { ticket: 'INC-1' }, ...blanks.map((reason) => ({ reason }))])
      expect(await help({ ...one, body }, desk, ann.id)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '#/reason' }] },
      });
    const noTicket = await help({ ...one, body: { ...because, ticket: ' ' } }, desk, ann.id);
    expect(noTicket).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/ticket' }] } });
    const more = { ...because, user_id: root.id };
    expect((await help({ ...one, body: more }, desk, ann.id)).status).toBe(400);
  });
});

test.each(helps)('RK-7: to $what somebody, the reason is kept without the blanks around it', async (one) => {
  const ann = await world.user();
  await ann.enrolTotp();
  const body = { reason: '  Lost the phone \n', ticket: ' INC-7 ' };
  expect((await help({ ...one, body }, desk, ann.id)).status).toBe(one.status);
  const { detail } = (await eventsOf(world, ann.id)).at(-1) ?? {};
  expect(detail).toMatchObject({ reason: 'Lost the phone', ticket: 'INC-7' });
});

describe('after a reset of the second factor', () => {
  async function afterReset(...roles: readonly Role[]) {
    const ann = await world.user({ roles: roles.length > 0 ? [...roles] : ['user'] });
    const app = await ann.enrolTotp();
    const mailbox = `${ann.username}@second.example`;
    await ann.enrolSent('email', { email: mailbox }, app.bearer);
    const { temp_token } = (await ann.login()).body;
    await mailsTo(world, ann.email, mailbox);
    expect((await root.act('POST', `/admin/users/${ann.id}/mfa/reset`, because)).status).toBe(204);
    return { ...ann, app, mailbox, tempToken: temp_token as string };
  }

  test('LC-4, RK-7: sessions, waiting logins, factors and recovery codes are gone', async () => {
    const ann = await afterReset();
    expect(await me(ann.app.bearer)).toBe(401);
    expect((await world.call('POST', '/auth/refresh', { refresh_token: ann.app.refresh })).status).toBe(401);
    for (const code of [codeOf(ann.app.secret), ann.app.codes[0] ?? ''])
      expect(await ann.verify(ann.tempToken, code)).toMatchObject({
        status: 401,
        type: '/problems/challenge-invalid',
      });
    const { body } = await root.act('GET', `/admin/users/${ann.id}`);
    expect(body).toMatchObject({ factors: [], enrolled: false, must_enrol: true, live_sessions: 0 });
  });

  test('LC-3, RK-7: the user is notified, at all addresses', async () => {
    const ann = await afterReset();
    const mails = await mailsTo(world, ann.email, ann.mailbox);
    expect(mails.map(({ to }) => to).sort()).toEqual([ann.email, ann.mailbox].sort());
    for (const { subject } of mails) expect(subject).toBe('The helpdesk removed your second factors');
  });

  test.each(['public', 'vendor', 'admin'])('RK-7: a login into %s can only enrol', async (area) => {
    const ann = await afterReset('user', 'vendor', 'admin');
    const login = await ann.login(area);
    expect(login).toMatchObject({ status: 403, type: '/problems/mfa-enrollment-required' });
    expect(login.body.access_token).toBeUndefined();
    const bearer = login.body.enrollment_token;
    expect(await me(bearer)).toBe(401);
    expect((await ann.login(area, { mfa_token: ann.app.codes[0] })).status).toBe(403);

    await ann.enrolTotp(bearer);
    const again = (await ann.login('public')).body;
    expect(again).toMatchObject({ mfa_required: true });
    const { body } = await root.act('GET', `/admin/users/${ann.id}`);
    expect(body).toMatchObject({ must_enrol: false, enrolled: true });
  });

  test('RK-7: also when the one enrolled afterwards is removed again, a login is as usual', async () => {
    const ann = await afterReset();
    const { bearer } = await ann.enrolTotp((await ann.login()).body.enrollment_token);
    const disabled = await world.call('POST', '/auth/mfa/disable', { password: ann.password }, { bearer });
    expect(disabled.status).toBe(200);
    expect((await ann.login()).body.access_token).toBeTruthy();
  });

  test('attack 22: an enrolment token from before the factors that were removed opens nothing', async () => {
    const ann = await world.user({ roles: ['admin'] });
    const early = (await ann.login('admin')).body.enrollment_token;
    const late = (await ann.login('admin')).body.enrollment_token;
    wait(2);
    await ann.enrolTotp(early);
    await root.act('POST', `/admin/users/${ann.id}/mfa/reset`, because);
    expect((await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer: late })).status).toBe(
      401,
    );
    const { enrollment_token: bearer } = (await ann.login('admin')).body;
    expect((await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer })).status).toBe(200);
  });

  test('RL-2: a locked second factor is not in the way of the new one', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const { temp_token } = (await ann.login()).body;
    for (let tried = 0; tried < 3; tried += 1) await ann.verify(temp_token, wrongCodeOf(secret));
    await desk.act('POST', `/admin/users/${ann.id}/mfa/reset`, because);
    const { answer } = await ann.enrolTotp((await ann.login()).body.enrollment_token);
    expect(answer.status).toBe(200);
  });

  test('RK-7: without a factor as well: the next login enrols', async () => {
    const ann = await world.user();
    expect((await desk.act('POST', `/admin/users/${ann.id}/mfa/reset`, because)).status).toBe(204);
    expect((await ann.login()).status).toBe(403);
  });
});

describe('after a reset of the password', () => {
  test('PW-6, PW-9: the old one opens nothing, the link sets another, and not the old one again', async () => {
    const ann = await world.user();
    const { access_token: bearer } = (await ann.login()).body;
    await mailsTo(world, ann.email);
    await desk.act('POST', `/admin/users/${ann.id}/password-reset`, because);
    expect(await me(bearer)).toBe(401);
    expect((await ann.login()).status).toBe(401);
    const [mail] = await mailsTo(world, ann.email);
    expect(mail?.subject).toBe('The helpdesk asks you to set a new password');
    const token = /#token=(.*)$/m.exec(mail?.text ?? '')?.[1] ?? '';
    wait(24 * 60 * 60 - 1);
    const again = await reset(world, token, ann.password);
    expect(again).toMatchObject({ status: 422, body: { reason: 'reused' } });
    expect((await reset(world, token)).status).toBe(204);
    expect((await reset(world, token, 'ten folded maps')).status).toBe(401);
    expect((await ann.login('public', { password: 'nine folded maps' })).status).toBe(200);
  });

  test('PW-9: the link is over after 24 hours', async () => {
    const ann = await world.user();
    await desk.act('POST', `/admin/users/${ann.id}/password-reset`, because);
    const [token = ''] = await linksTo(world, ann.email);
    wait(24 * 60 * 60);
    expect((await reset(world, token)).status).toBe(401);
  });

  test('LC-3: other addresses are notified too, and get no link', async () => {
    const ann = await world.user();
    const mailbox = `${ann.username}@second.example`;
    await ann.enrolSent('email', { email: mailbox });
    await mailsTo(world, mailbox);
    await desk.act('POST', `/admin/users/${ann.id}/password-reset`, because);
    const mails = await mailsTo(world, mailbox);
    expect(mails.map(({ subject }) => subject)).toEqual([
      'The helpdesk cancelled the password of your account',
    ]);
    expect(mails[0]?.text).not.toContain('/reset');
  });

  test('is refused for a user who has no address or may not log in', async () => {
    const silent = await world.user({ email: null });
    const url = (id: string) => `/admin/users/${id}/password-reset`;
    const answer = await desk.act('POST', url(silent.id), because);
    expect(answer).toMatchObject({ status: 409, body: { reason: 'no_address' } });
    expect((await silent.login()).status).toBe(200);
    const ann = await world.user();
    await root.act('PATCH', `/admin/users/${ann.id}`, { status: 'disabled' });
    expect(await desk.act('POST', url(ann.id), because)).toMatchObject({
      status: 409,
      body: { reason: 'disabled' },
    });
  });
});

describe('unlocking', () => {
  test('LC-4: forgets wrong codes and passwords, and enables a factor that they disabled', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    await setInARow(world, ann.id, 99);
    await ann.verify((await ann.login()).body.temp_token, wrongCodeOf(secret));
    for (let tried = 0; tried < 11; tried += 1) await ann.login('public', { password: 'wrong' });
    expect((await ann.login()).status).toBe(429);
    const before = (await desk.act('GET', `/admin/users/${ann.id}`)).body;
    expect(before).toMatchObject({
      factors: [{ disabled: true }, { method: 'recovery_code' }],
      second_factor: { attempts_remaining: 0, wrong_in_a_row: 100, retry_after: 1800 },
      passwords: { wrong: 10, blocked_networks: 1 },
    });

    expect((await desk.act('POST', `/admin/users/${ann.id}/unlock`, because)).status).toBe(204);
    expect(await throttleOf(world, ann.id)).toMatchObject({ failed: 0, inARow: 0, lockedUntil: null });
    expect((await ann.loginWithTotp(secret)).status).toBe(200);
    const after = (await desk.act('GET', `/admin/users/${ann.id}`)).body;
    expect(after).toMatchObject({
      factors: [{ disabled: false }, { method: 'recovery_code' }],
      second_factor: { attempts_remaining: 3, wrong_in_a_row: 0, retry_after: null },
      passwords: { wrong: 0, blocked_networks: 0 },
    });
  });
});

describe('ending sessions', () => {
  test('SE-8: ends all of them, on every area, and logins half done', async () => {
    const ann = await world.user({ roles: ['user', 'vendor'] });
    const { secret, bearer } = await ann.enrolTotp();
    const vendor = (await ann.login('vendor')).body.access_token;
    const { temp_token } = (await ann.login()).body;
    expect((await desk.act('DELETE', `/admin/users/${ann.id}/sessions`, because)).status).toBe(204);
    for (const token of [bearer, vendor]) expect(await me(token)).toBe(401);
    expect((await ann.verify(temp_token, codeOf(secret))).status).toBe(401);
    const events = (await eventsOf(world, ann.id)).filter(({ actorId }) => actorId !== null);
    expect(events).toMatchObject([
      { type: 'session_ended', outcome: 'success', actorId: desk.id, detail: { sessions: 2 } },
    ]);
  });
});
