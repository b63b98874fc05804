import { beforeEach, describe, expect, test } from 'vitest';
import { linksTo, reset, tokenIn } from '../support/links.ts';
import { eventsOf, mailsTo } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
let root: Staff;
let number = 0;
beforeEach(async () => {
  root = await staff(world);
});

const row = (change: Record<string, unknown> = {}) => {
  number += 1;
  return { username: `row${number}`, email: `row${number}@county.example`, roles: ['user'], ...change };
};
const invite = (users: readonly object[], more: object = {}, by = root) =>
  by.post('/admin/invitations', { users, ...more });
const usersNamed = async (name: string) => (await root.get(`/admin/users?q=${name}`)).body.users;

describe('POST /admin/invitations', () => {
  test('PW-9 invites all users, and each gets a link of their own', async () => {
    const users = [row(), row({ phone: '+15095550199', roles: ['vendor'] }), row()];
    const { status, body } = await invite(users);
    expect(status).toBe(200);
    expect(body).toEqual({ invited: 3, faults: [] });
    const mails = await mailsTo(world, ...users.map(({ email }) => email));
    for (const { username, email } of users) {
      const mail = mails.find(({ to }) => to === email);
      if (!mail) throw new Error(`no mail to ${email}`);
      expect((await reset(world, tokenIn(mail), 'nine folded maps')).status).toBe(204);
      const login = { username, password: 'nine folded maps' };
      expect((await world.call('POST', '/auth/login', login)).status).toBe(200);
    }
    const [one] = await usersNamed(users[0]?.username ?? '');
    expect((await eventsOf(world, one.id)).map(({ type }) => type)).toContain('user_invited');
  });

  test('names every fault of every row, and invites nobody', async () => {
    const there = await world.user();
    const right = row();
    const users = [
      right,
      row({ username: 'no spaces here' }),
      row({ email: 'nowhere' }),
      row({ username: there.username.toUpperCase() }),
      { ...row(), username: right.username },
      row({ phone: '5550100' }),
    ];
    const { status, body } = await invite(users);
    expect(status).toBe(200);
    expect(body.invited).toBe(0);
    expect(
      body.faults.map((fault: Record<string, unknown>) => `${fault.index} ${fault.pointer} ${fault.reason}`),
    ).toEqual([
      '1 #/username username_shape',
      '2 #/email email_shape',
      '3 #/username name_taken',
      '4 #/username twice',
      '5 #/phone phone_shape',
    ]);
    expect(await usersNamed(right.username)).toEqual([]);
    expect(await mailsTo(world, right.email)).toEqual([]);
  });

  test('a dry run only looks', async () => {
    const one = row();
    expect((await invite([one], { dry_run: true })).body).toEqual({ invited: 0, faults: [] });
    expect(await usersNamed(one.username)).toEqual([]);
  });

  test.each([[[]], [Array.from({ length: 201 }, () => row())]])(
    'refuses none, and more than 200',
    async (users) => {
      expect((await invite(users)).status).toBe(400);
    },
  );

  test('takes 200 users in one request', async () => {
    const users = Array.from({ length: 200 }, () =>
      row({ email: `${'a'.repeat(60)}${number}@county.example` }),
    );
    expect((await invite(users, { dry_run: true })).body).toEqual({ invited: 0, faults: [] });
  });

  test.each(['helpdesk', 'auditor'] as const)('is not for %s', async (role) => {
    const by = await staff(world, role);
    expect((await invite([row()], {}, by)).body.type).toBe('/problems/insufficient-scope');
  });
});

describe('POST /admin/users/{id}/invitation', () => {
  const why = { reason: 'Says that the mail was lost; called back', ticket: 'INC-7' };
  async function invited() {
    const one = row();
    const { body } = await root.post('/admin/users', one);
    return { ...one, id: String(body.id) };
  }

  test('mails a new link; the earlier one stops working', async () => {
    const ann = await invited();
    const desk = await staff(world, 'helpdesk');
    expect((await desk.post(`/admin/users/${ann.id}/invitation`, why)).status).toBe(204);
    const tokens = await linksTo(world, ann.email);
    expect(tokens).toHaveLength(2);
    const answers = [];
    for (const token of tokens) answers.push((await reset(world, token)).status);
    expect(answers.sort()).toEqual([204, 401]);
    const event = (await eventsOf(world, ann.id)).find(({ detail }) => Object(detail).ticket === why.ticket);
    expect(event).toMatchObject({
      type: 'user_invited',
      actorId: desk.id,
      detail: { reason: why.reason, ticket: 'INC-7' },
    });
  });

  test('refuses a user who has a password, one who is disabled, and oneself', async () => {
    const ann = await world.user();
    const answer = await root.post(`/admin/users/${ann.id}/invitation`, why);
    expect(answer.body).toMatchObject({ status: 409, reason: 'password_set' });
    const bob = await invited();
    await root.act('PATCH', `/admin/users/${bob.id}`, { status: 'disabled' });
    expect((await root.post(`/admin/users/${bob.id}/invitation`, why)).body.reason).toBe('disabled');
    expect((await root.post(`/admin/users/${root.id}/invitation`, why)).body.reason).toBe('own_account');
    expect((await root.post(`/admin/users/${bob.id}/invitation`, {})).status).toBe(400);
  });
});
