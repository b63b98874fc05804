import { describe, expect, test } from 'vitest';
import { makeShares } from '../../src/features/user-admin/break-glass.ts';
import { reset } from '../support/links.ts';
import { dumpDatabase, eventsOf, mailsTo, tally } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const world = useRestoredWorld('one set of shares is valid at a time');

const make = (shares = 5, needed = 3) => makeShares(world.deps, consoleContext(), { shares, needed });
const open = (shares: readonly string[], username: string) =>
  world.call('POST', '/auth/break-glass', { shares: [...shares], username });

describe('BG-1 recovery shares', () => {
  test('open one administrator, loudly, and once', async () => {
    const [ada, eve] = [await staff(world), await staff(world)];
    await eve.act('PATCH', `/admin/users/${ada.id}`, { status: 'disabled' });
    const shares = await make();
    await mailsTo(world);
    const opened = await open(shares.slice(2), ada.username.toUpperCase());
    expect(opened).toMatchObject({ status: 200, body: { username: ada.username } });
    expect((await reset(world, opened.body.token)).status).toBe(204);
    const body = { username: ada.username, password: 'nine folded maps', area: 'admin' };
    const login = await world.call('POST', '/auth/login', body);
    expect(login.type).toBe('/problems/mfa-enrollment-required');
    const subject = 'Recovery shares were used to open an administrator';
    const mails = await mailsTo(world, ada.email, eve.email);
    const told = mails.filter((mail) => mail.subject === subject).map(({ to }) => to);
    expect(told.sort()).toEqual([ada.email, eve.email].sort());
    const event = (await eventsOf(world, ada.id)).find(({ type }) => type === 'break_glass_used');
    expect(event).toMatchObject({ outcome: 'success', ip: '192.0.2.1' });
    expect((await open(shares.slice(0, 3), ada.username)).status).toBe(401);
  });

  test('too few, mistyped, mixed and old ones open nothing, and all get the same answer', async () => {
    const ada = await staff(world);
    const old = await make();
    const [one = '', two = '', three = ''] = await make();
    const wrong = [
      old.slice(0, 3),
      [one, two],
      [one, one, two],
      [one, two, `A${three.slice(1)}`.replace(/^AA/, 'BA')],
      [one, two, old[2] ?? ''],
      ['x', 'y', 'z'],
    ];
    const answers = await Promise.all(wrong.map((shares) => open(shares, ada.username)));
    expect(tally(answers)).toEqual({ 'invalid-token': wrong.length });
    expect(new Set(answers.map(({ body }) => body.detail)).size).toBe(1);
    expect((await open([three, one, two], ada.username)).status).toBe(200);
  });

  test('two at once open one', async () => {
    const [ada, eve] = [await staff(world), await staff(world)];
    const shares = await make(3, 2);
    const answers = await Promise.all([
      open(shares.slice(0, 2), ada.username),
      open(shares.slice(1), eve.username),
    ]);
    expect(tally(answers)).toEqual({ 200: 1, 'invalid-token': 1 });
  });

  test('open nobody else, and are then not used up', async () => {
    const [ada, desk] = [await staff(world), await staff(world, 'helpdesk')];
    const shares = await make();
    for (const name of [desk.username, 'nobody'])
      expect((await open(shares, name)).type).toBe('/problems/conflict');
    expect((await open(shares, ada.username)).status).toBe(200);
  });

  test('the database has no share, and not their secret', async () => {
    const shares = await make();
    const dump = await dumpDatabase(world);
    for (const share of shares) expect(dump).not.toContain(share);
  });
});
