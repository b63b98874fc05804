import { beforeAll, describe, expect, test } from 'vitest';
import { changeUser } from '../../src/features/user-admin/change-user.ts';
import { codeOf, wait } from '../support/actor.ts';
import { forgot, linksTo, reset } from '../support/links.ts';
import { eventsOf, mailsTo } from '../support/second-factor.ts';
import { snapshot } from '../support/snapshot.ts';
import { staff } from '../support/staff.ts';
import { useRestoredWorld, useWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const world = useWorld();
let root: Awaited<ReturnType<typeof staff>>;
beforeAll(async () => {
  root = await staff(world);
});

let names = 0;
const freshName = () => {
  names += 1;
  return `new${names}`;
};
const me = async (bearer: string) => (await world.call('GET', '/auth/me', undefined, { bearer })).status;
const read = async (id: string) => (await root.act('GET', `/admin/users/${id}`)).body;
const patch = (id: string, body: Record<string, unknown>, by = root) =>
  by.act('PATCH', `/admin/users/${id}`, body);

describe('POST /admin/users', () => {
  test('PW-9: invites by mail, and the first password is chosen by its owner, once, within a day', async () => {
    const username = freshName();
    const email = `${username}@example.gov`;
    const made = await root.act('POST', '/admin/users', { username, email, roles: ['user'] });
    expect(made).toMatchObject({ status: 201, body: { id: expect.any(String) } });
    expect(made.body).not.toHaveProperty('warning');
    const { id } = made.body;
    expect(await read(id)).toMatchObject({ username, email, roles: ['user'], password_set: false });
    const [mail] = await mailsTo(world, email);
    expect(mail?.subject).toBe('An account was made for you: set your password');
    expect(mail?.text).toContain('within 24 hours');
    const token = /#token=(.*)$/m.exec(mail?.text ?? '')?.[1] ?? '';
    const login = (password: string) => world.call('POST', '/auth/login', { username, password });
    expect((await login('')).status).toBe(400);
    expect((await login('nine folded maps')).status).toBe(401);

    expect((await reset(world, token, 'nine folded maps')).status).toBe(204);
    expect((await login('nine folded maps')).status).toBe(200);
    expect((await reset(world, token, 'ten folded maps')).status).toBe(401);
    expect(await read(id)).toMatchObject({ password_set: true });
    const events = (await eventsOf(world, id)).map(({ type, actorId }) => [type, actorId]);
    expect(events.slice(0, 2)).toEqual([
      ['user_created', root.id],
      ['user_invited', root.id],
    ]);
    expect(events).toContainEqual(['password_reset', null]);
  });

  /** Somebody who waits for a first password, and the link that sets it. */
  async function invited() {
    const username = freshName();
    const email = `${username}@example.gov`;
    const { id } = (await root.act('POST', '/admin/users', { username, email, roles: ['user'] })).body;
    const [invitation = ''] = await linksTo(world, email);
    const login = (password: string) => world.call('POST', '/auth/login', { username, password });
    return { id, username, email, invitation, login };
  }

  test('PW-9: a stranger who says to have forgotten the password shortens no invitation', async () => {
    const { username, email, invitation, login } = await invited();
    expect((await forgot(world, username)).status).toBe(202);
    const [asked = ''] = await linksTo(world, email);
    wait(24 * 60 * 60 - 1);
    expect((await reset(world, asked, 'nine folded maps')).status).toBe(401); // after its 30 minutes
    expect((await reset(world, invitation, 'nine folded maps')).status).toBe(204);
    expect((await login('nine folded maps')).status).toBe(200);
  });

  test('PW-9: of an invitation and a link that was asked for, the first one that is used ends both', async () => {
    const first = await invited();
    await forgot(world, first.username);
    const [asked = ''] = await linksTo(world, first.email);
    wait(1);
    expect((await reset(world, asked, 'nine folded maps')).status).toBe(204);
    expect((await reset(world, first.invitation, 'ten folded maps')).status).toBe(401);

    const second = await invited();
    await forgot(world, second.username);
    const [late = ''] = await linksTo(world, second.email);
    wait(1);
    expect((await reset(world, second.invitation, 'nine folded maps')).status).toBe(204);
    expect((await reset(world, late, 'ten folded maps')).status).toBe(401);
  });

  test('PW-9: both end at once when the account is disabled', async () => {
    const { id, username, email, invitation } = await invited();
    await forgot(world, username);
    const [asked = ''] = await linksTo(world, email);
    await root.act('PATCH', `/admin/users/${id}`, { status: 'disabled' });
    await root.act('PATCH', `/admin/users/${id}`, { status: 'active' });
    for (const token of [invitation, asked]) expect((await reset(world, token)).status).toBe(401);
  });

  test('PW-9: an invitation is over after 24 hours', async () => {
    const username = freshName();
    const email = `${username}@example.gov`;
    await root.act('POST', '/admin/users', { username, email, roles: ['user'] });
    const [token = ''] = await linksTo(world, email);
    wait(24 * 60 * 60 - 1);
    expect((await reset(world, token, 'short')).status).toBe(422);
    wait(1);
    expect((await reset(world, token)).status).toBe(401);
  });

  test('PW-6, PW-9, HT-3: takes no password, hint or flag, from anybody', async () => {
    const username = freshName();
    const body = { username, email: `${username}@example.gov`, roles: ['user'] };
    const ann = await world.user();
    const more = {
      password: 'x',
      hint: 'x',
      verified: true,
      status: 'active',
      email_verified: true,
      id: 'x',
    };
    for (const [field, value] of Object.entries(more)) {
      const answer = await root.act('POST', '/admin/users', { ...body, [field]: value });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: `#/${field}` }] } });
      if (field === 'status') continue;
      const changed = await patch(ann.id, { email: body.email, [field]: value });
      expect(changed).toMatchObject({ status: 400, body: { errors: [{ pointer: `#/${field}` }] } });
    }
    expect((await patch(ann.id, { username })).status).toBe(400);
    expect((await patch(ann.id, {})).status).toBe(400);
    expect(await read(ann.id)).toMatchObject({ email: ann.email });
  });

  test.each([
    [{ username: 'a b' }, '#/username'],
    [{ username: 'Ａnn' }, '#/username'],
    [{ email: 'nobody' }, '#/email'],
    [{ email: 'a@x.gov\r\nBcc: b@x.gov' }, '#/email'],
    [{ phone: '555' }, '#/phone'],
    [{ roles: [] }, '#/roles'],
    [{ roles: ['root'] }, '#/roles/0'],
    [{ roles: ['user', 'user'] }, '#/roles'],
  ])('HT-3: %j is refused by name', async (wrong, pointer) => {
    const body = { username: freshName(), email: 'x@example.gov', roles: ['user'], ...wrong };
    const answer = await root.act('POST', '/admin/users', body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  test('a name that is taken is, in capitals as well, and nobody is mailed', async () => {
    const ann = await world.user();
    const body = { username: ann.username.toUpperCase(), email: 'other@example.gov', roles: ['user'] };
    const answer = await root.act('POST', '/admin/users', body);
    expect(answer).toMatchObject({ status: 409, body: { reason: 'name_taken' } });
    expect(await mailsTo(world, 'other@example.gov')).toEqual([]);
  });
});

describe('who may', () => {
  test('RK-7: an admin writes users; helpdesk and auditor only read them', async () => {
    const ann = await world.user();
    for (const role of ['helpdesk', 'auditor'] as const) {
      const other = await staff(world, role);
      expect((await other.act('GET', `/admin/users/${ann.id}`)).status).toBe(200);
      expect((await other.act('GET', '/admin/users')).status).toBe(200);
      const refused = await other.act('PATCH', `/admin/users/${ann.id}`, { status: 'disabled' });
      expect(refused).toMatchObject({ status: 403, body: { scope: 'users:write' } });
    }
    expect((await ann.login()).status).toBe(200);
  });

  test('SE-12: a stale factor is lifted by a code beside the bearer, once', async () => {
    const ann = await world.user();
    const { refresh, secret } = await staff(world);
    wait(250);
    const fresh = (await world.call('POST', '/auth/refresh', { refresh_token: refresh })).body.access_token;
    wait(60);
    const url = `/admin/users/${ann.id}`;
    const stale = await world.call('PATCH', url, { phone: '+15095550100' }, { bearer: fresh });
    expect(stale).toMatchObject({ status: 403, type: '/problems/mfa-token-required' });
    const how = { bearer: fresh, mfa: codeOf(secret) };
    expect((await world.call('PATCH', url, { phone: '+15095550100' }, how)).status).toBe(200);
    expect((await world.call('PATCH', url, { phone: '+15095550101' }, how)).status).toBe(403);
  });

  test('attack 35: a user of another area reads and writes nothing', async () => {
    const ann = await world.user({ roles: ['admin'] });
    const { bearer } = await ann.enrolTotp();
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', { status: 'disabled' }],
    ] as const)
      expect((await world.call(method, `/admin/users/${root.id}`, body, { bearer })).status).toBe(401);
  });
});

describe('PATCH /admin/users/{id}', () => {
  test('SE-7, attack 37: disabling ends access, refresh, waiting logins and links at once', async () => {
    const ann = await world.user();
    const { secret, bearer, refresh } = await ann.enrolTotp();
    const { temp_token } = (await ann.login()).body;
    await world.call('POST', '/auth/password/forgot', { username: ann.username });
    const [token = ''] = await linksTo(world, ann.email);
    expect(await me(bearer)).toBe(200);
    const done = await patch(ann.id, { status: 'disabled' });
    expect(done).toMatchObject({ status: 200, body: { status: 'disabled', live_sessions: 0 } });
    expect(await me(bearer)).toBe(401);
    expect((await world.call('POST', '/auth/refresh', { refresh_token: refresh })).status).toBe(401);
    expect((await ann.verify(temp_token, codeOf(secret))).status).toBe(401);
    expect((await ann.login()).status).toBe(401);
    expect((await reset(world, token)).status).toBe(401);
    expect((await patch(ann.id, { status: 'active' })).status).toBe(200);
    expect((await ann.login()).status).toBe(200);
    const events = (await eventsOf(world, ann.id)).filter(({ type }) => /^user_(dis|en)abled$/.test(type));
    expect(events.map(({ type, actorId }) => [type, actorId])).toEqual([
      ['user_disabled', root.id],
      ['user_enabled', root.id],
    ]);
  });

  test('SE-7: other roles take effect with the next request', async () => {
    const ann = await staff(world, 'helpdesk');
    expect(await me(ann.bearer)).toBe(200);
    expect((await patch(ann.id, { roles: ['user'] })).body.roles).toEqual(['user']);
    expect(await me(ann.bearer)).toBe(401);
    expect((await ann.login('admin')).status).toBe(403);
  });

  test('a change that changes nothing ends no session and is not audited', async () => {
    const ann = await world.user();
    const { access_token: bearer } = (await ann.login()).body;
    const before = await eventsOf(world, ann.id);
    expect((await patch(ann.id, { roles: ['user'], status: 'active', email: ann.email })).status).toBe(200);
    expect(await me(bearer)).toBe(200);
    expect(await eventsOf(world, ann.id)).toEqual(before);
  });

  test('LC-3, OB-7: another address is notified at the old, the new and those of factors', async () => {
    const ann = await world.user();
    const mailbox = `${ann.username}@second.example`;
    await ann.enrolSent('email', { email: mailbox });
    const fresh = `${ann.username}@third.example`;
    await mailsTo(world, ann.email, mailbox);
    expect((await patch(ann.id, { email: fresh, phone: '+15095550100' })).body).toMatchObject({
      email: fresh,
      phone: '+15095550100',
    });
    const mails = await mailsTo(world, ann.email, fresh, mailbox);
    const said = 'The mail address or phone number of your account was changed';
    expect(mails.map(({ to, subject }) => `${to}: ${subject}`).sort()).toEqual(
      [ann.email, fresh, mailbox].map((to) => `${to}: ${said}`).sort(),
    );
    const event = (await eventsOf(world, ann.id)).at(-1);
    expect(event).toMatchObject({ type: 'user_changed', actorId: root.id });
    expect(event?.detail).toEqual({ fields: ['email', 'phone'] });
    for (const mail of mails) expect(mail.text).not.toContain(fresh);
  });

  test('FP-2: a link that went to the old address is dead', async () => {
    const ann = await world.user();
    await world.call('POST', '/auth/password/forgot', { username: ann.username });
    const [token = ''] = await linksTo(world, ann.email);
    await patch(ann.id, { email: `${ann.username}@third.example` });
    expect((await reset(world, token)).status).toBe(401);
  });

  test('AU-7: two kinds of change are made together or not at all', async () => {
    const ann = await world.user();
    const before = await snapshot(world.database.db, ['audit_events']);
    const own = await patch(root.id, { email: 'x@third.example', roles: ['user'] });
    expect(own).toMatchObject({ status: 403, body: { reason: 'own_account' } });
    const wrong = await patch(ann.id, { status: 'disabled', email: 'nobody' });
    expect(wrong.status).toBe(400);
    expect(await snapshot(world.database.db, ['audit_events'])).toEqual(before);
  });

  test('SE-7: nobody disables themselves or changes their own roles, and the attempt is audited', async () => {
    for (const change of [{ status: 'disabled' }, { roles: ['admin', 'vendor'] }]) {
      const answer = await patch(root.id, change);
      expect(answer).toMatchObject({
        status: 403,
        type: '/problems/forbidden',
        body: { reason: 'own_account' },
      });
      const event = (await eventsOf(world, root.id)).at(-1);
      expect(event).toMatchObject({ type: 'authz_fail', actorId: root.id });
    }
    expect(await me(root.bearer)).toBe(200);
    expect((await patch(root.id, { phone: '+15095550100' })).status).toBe(200);
  });

  test('HT-4: of an unknown user: 404', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', { status: 'disabled' }],
    ] as const)
      expect(await root.act(method, `/admin/users/${nobody}`, body)).toMatchObject({
        status: 404,
        type: '/problems/not-found',
      });
  });
});

describe('the last administrator', () => {
  const alone = useRestoredWorld('no other administrators');

  test('SE-7: is neither disabled nor demoted, also not by two who do it to each other', async () => {
    const one = await staff(alone);
    const two = await staff(alone);
    const invited = { username: 'later', email: 'later@example.gov', roles: ['admin'] };
    expect((await one.act('POST', '/admin/users', invited)).status).toBe(201); // could not log in yet
    const answers = await Promise.all([
      one.act('PATCH', `/admin/users/${two.id}`, { status: 'disabled' }),
      two.act('PATCH', `/admin/users/${one.id}`, { roles: ['user'] }),
    ]);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(refused).toHaveLength(1);
    for (const { status, body } of refused)
      if (status === 409) expect(body).toMatchObject({ type: '/problems/conflict', reason: 'last_admin' });
      else expect(status).toBe(401); // was disabled before it came to the guard
  });

  test('SE-7: stays, however many administrators remove each other at once', async () => {
    const admins = [await alone.user({ roles: ['admin'] }), await alone.user({ roles: ['admin'] })];
    const by = ({ id }: { id: string }) => ({ userId: id, roles: ['admin'] });
    const disable = (one = admins[0], other = admins[1]) =>
      changeUser(alone.deps, consoleContext(), {
        by: one ? by(one) : null,
        userId: other?.id ?? '',
        wanted: { status: 'disabled' },
      });
    const outcomes = await Promise.allSettled([disable(), disable(admins[1], admins[0])]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const rejected = outcomes.find(({ status }) => status === 'rejected');
    expect(rejected).toMatchObject({ reason: { status: 409, extensions: { reason: 'last_admin' } } });
  });

  test('SE-7: is reported as such', async () => {
    const one = await staff(alone);
    const two = await staff(alone);
    await alone.database.db
      .updateTable('users')
      .set({ passwordHash: null })
      .where('id', '=', one.id)
      .execute();
    for (const change of [{ status: 'disabled' }, { roles: ['auditor'] }]) {
      const answer = await one.act('PATCH', `/admin/users/${two.id}`, change);
      expect(answer).toMatchObject({ status: 409, body: { reason: 'last_admin' } });
    }
    expect((await one.act('PATCH', `/admin/users/${two.id}`, { roles: ['admin', 'user'] })).status).toBe(200);
  });
});

describe('GET /admin/users/{id}', () => {
  test('shows factors without their secrets, locks and sessions', async () => {
    const ann = await world.user();
    const { secret, codes, factorId } = await ann.enrolTotp();
    const { temp_token } = (await ann.login()).body;
    await ann.login('public', { password: 'wrong' });
    await ann.verify(temp_token, codeOf(secret) === '000000' ? '000001' : '000000');
    const body = await read(ann.id);
    expect(body).toMatchObject({
      id: ann.id,
      username: ann.username,
      enrolled: true,
      must_enrol: false,
      factors: [
        { factor_id: factorId, method: 'totp', label: 'Authenticator app', disabled: false },
        { method: 'recovery_code' },
      ],
      second_factor: { attempts_remaining: 2, wrong_in_a_row: 1, retry_after: null },
      passwords: { wrong: 1, blocked_networks: 0 },
      live_sessions: 1,
    });
    for (const hidden of [secret, ...codes, 'hash', 'sealed'])
      expect(JSON.stringify(body)).not.toContain(hidden);
  });
});
