import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readAdoption } from '../../src/features/adoption/read-adoption.ts';
import { writeAudit } from '../../src/features/audit/audit-store.ts';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { drawAdoption } from '../../src/service/cli/draw-adoption.ts';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { setInARow } from '../support/audit-cases.ts';
import { generatedUsers } from '../support/generated-users.ts';
import { importing } from '../support/importing.ts';
import { snapshot } from '../support/snapshot.ts';
import { policyOf, type Staff, staff } from '../support/staff.ts';
import { turnRollout } from '../support/turn-rollout.ts';
import { useRestoredWorld, useWorld } from '../support/use-world.ts';
import { consoleClient, consoleContext } from '../support/world.ts';

const hour = 3_600;
const secret = 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU';
const quiet = {
  logins: 0,
  verifications: { passed: 0, failed: 0 },
  success_rate: null,
  recovery_codes_used: 0,
  bypass_codes_used: 0,
  lockouts: 0,
  enrolled: 0,
  would_refuse: 0,
};

/** An administrator who comes back: their factor is passed once more, in a later step. */
async function back(root: Staff) {
  const { body } = await root.loginWithTotp(root.secret, 'admin');
  return (url: string) => root.call('GET', url, undefined, { bearer: body.access_token });
}

describe('GET /admin/adoption', () => {
  const world = useRestoredWorld('all users and events are counted', () => {
    vi.setSystemTime('2026-03-10T09:00:00Z');
    return {};
  });

  test('counts each day the events of that day, and nothing twice', async () => {
    const root = await staff(world); // a login, by the enrolment
    const ann = await world.user();
    const ben = await world.user({ roles: ['user', 'vendor'] });
    const totp = await ann.enrolTotp(); // a login, a factor
    await ann.loginWithTotp(totp.secret); // a login, a code
    await ben.login(); // a login
    await ben.login('public', { password: 'wrong' }); // none
    const first = await root.get('/admin/adoption?days=1');
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      users: 3,
      enrolled: 2,
      by_role: [
        { role: 'admin', users: 1, enrolled: 1 },
        { role: 'helpdesk', users: 0, enrolled: 0 },
        { role: 'auditor', users: 0, enrolled: 0 },
        { role: 'user', users: 2, enrolled: 1 },
        { role: 'vendor', users: 1, enrolled: 0 },
      ],
      by_method: [{ method: 'totp', users: 2 }],
      days: [
        {
          ...quiet,
          day: '2026-03-10',
          logins: 4,
          verifications: { passed: 1, failed: 0 },
          success_rate: 1,
          enrolled: 2,
        },
      ],
      grace: { in_grace: 0, ended: 0 },
      scorecard: expect.anything(),
    });

    wait(14 * hour + 55 * 60); // 23:55
    const { body: late } = await ann.loginWithTotp(totp.secret); // a login
    const { temp_token } = (await ann.login()).body;
    await ann.verify(temp_token, wrongCodeOf(totp.secret)); // wrong
    await ann.verify(temp_token, wrongCodeOf(totp.secret)); // wrong
    await ann.verify(temp_token, totp.codes[0] ?? ''); // a login, a recovery code
    wait(10 * 60); // 00:05 of the next day
    const bearer: string = late.access_token;
    const proof = await world.call('POST', '/auth/mfa/proof', { mfa_token: codeOf(totp.secret) }, { bearer });
    expect(proof.status).toBe(200);
    wait(30);
    const raised = await world.call('POST', '/auth/mfa/step-up', {}, { bearer }); // no login
    expect((await ann.verify(raised.body.temp_token, codeOf(totp.secret))).status).toBe(200);
    const get = await back(root);
    const { body } = await get('/admin/adoption?days=3');
    expect(body.days).toEqual([
      { ...quiet, day: '2026-03-09' },
      {
        ...quiet,
        day: '2026-03-10',
        logins: 6,
        verifications: { passed: 3, failed: 2 },
        success_rate: 0.6,
        recovery_codes_used: 1,
        enrolled: 2,
      },
      {
        ...quiet,
        day: '2026-03-11',
        logins: 1, // the administrator's
        verifications: { passed: 3, failed: 0 },
        success_rate: 1,
      },
    ]);
  });

  test('counts locks, imports, what a policy on trial would refuse, and codes that bypass', async () => {
    const root = await staff(world);
    const { body: before } = await root.get('/admin/adoption?days=1');
    await importing(world, [{ username: 'mia', totp_secret: secret }, { username: 'noa' }]);
    const ann = await world.user();
    const totp = await ann.enrolTotp();
    await setInARow(world, ann.id, 9);
    await ann.verify((await ann.login()).body.temp_token, wrongCodeOf(totp.secret));
    const policy = await policyOf(root, 'public', { mfa: 'required' });
    expect(await root.put('/admin/areas/public', { ...policy, report_only: true })).toMatchObject({
      status: 200,
    });
    await (await world.user()).login();
    const bypass = { type: 'mfa_bypass_code_used', outcome: 'success', userId: ann.id } as const;
    await writeAudit(world.deps.db, consoleContext(), { ...bypass, sessionId: crypto.randomUUID() }); // not its login

    const { body } = await root.get('/admin/adoption?days=1');
    expect(body).toMatchObject({ users: 5, enrolled: 3, by_method: [{ method: 'totp', users: 3 }] });
    expect(body.days).toEqual([
      {
        day: '2026-03-10',
        logins: before.days[0].logins + 2,
        verifications: { passed: 1, failed: 1 },
        success_rate: 0.5,
        recovery_codes_used: 0,
        bypass_codes_used: 1,
        lockouts: 1,
        enrolled: before.days[0].enrolled + 2,
        would_refuse: 1,
      },
    ]);
  });

  test('counts nobody as enrolled whose factor is pending, disabled or only a backup, and no disabled user', async () => {
    const root = await staff(world);
    const [pending, dead, backup, gone, two] = await Promise.all(
      Array.from({ length: 5 }, () => world.user()),
    );
    if (!pending || !dead || !backup || !gone || !two) throw new Error('five users');
    const { access_token: bearer } = (await pending.login()).body;
    await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    const { db } = world.deps;
    const { factorId } = await dead.enrolTotp();
    await db.updateTable('factors').set({ disabledAt: new Date() }).where('id', '=', factorId).execute();
    const other = await backup.enrolTotp();
    await db.deleteFrom('factors').where('id', '=', other.factorId).execute();
    await gone.enrolTotp();
    await changeAccountStatus(world.deps, consoleContext(), gone.id, {
      status: 'disabled',
    });
    const mine = await two.enrolTotp();
    wait(31);
    await two.enrolTotp(mine.bearer);
    await two.enrolSent('sms', { phone: '+15095550142' }, mine.bearer);
    const { body } = await root.get('/admin/adoption');
    expect(body).toMatchObject({ users: 5, enrolled: 2 });
    expect(body.by_method).toEqual([
      { method: 'totp', users: 2 },
      { method: 'sms', users: 1 },
    ]);
    expect(body.days).toHaveLength(30);
  });

  test('RO-3 counts the graces of those who still must enrol', async () => {
    const root = await staff(world);
    const [late, fresh, done, exempt] = await Promise.all(Array.from({ length: 4 }, () => world.user()));
    if (!late || !fresh || !done || !exempt) throw new Error('four users');
    expect((await turnRollout(root, { phase: 'full', grace_days: 7 })).status).toBe(200);
    await late.login();
    await done.login();
    await exempt.login();
    await done.enrolTotp();
    expect((await root.get('/admin/adoption')).body.grace).toEqual({ in_grace: 2, ended: 0 });
    const ends_at = new Date(Date.now() + 20 * 86_400_000).toISOString();
    const sent = { user_id: exempt.id, reason: 'on leave', ends_at };
    expect((await root.post('/admin/exemptions', sent)).status).toBe(201);
    expect((await root.get('/admin/adoption')).body.grace).toEqual({ in_grace: 1, ended: 0 });

    wait(7 * 24 * hour + 1);
    await (await world.user()).login();
    const get = await back(root);
    expect((await get('/admin/adoption')).body.grace).toEqual({ in_grace: 1, ended: 1 });
    expect((await get('/admin/adoption')).body.days.at(-1)).toMatchObject({ day: '2026-03-17', logins: 2 });
  });

  test('keeps a day only when it is over, and then reads it no more', async () => {
    const root = await staff(world);
    const event = { type: 'authn_login_lock', outcome: 'refused', userId: root.id } as const;
    const writeEvent = (at: string) =>
      writeAudit(world.deps.db, { client: consoleClient, now: new Date(at) }, event);
    const lockouts = async () =>
      (await readAdoption(world.deps, 3)).days.map(({ day, lockouts }) => `${day.slice(8)} ${lockouts}`);
    await writeEvent('2026-03-10T23:59:59Z');
    vi.setSystemTime(new Date('2026-03-11T00:09:00Z'));
    expect(await lockouts()).toEqual(['09 0', '10 1', '11 0']);
    await writeEvent('2026-03-10T23:59:59.900Z'); // by an instance that was slow
    expect(await lockouts()).toEqual(['09 0', '10 2', '11 0']);

    vi.setSystemTime(new Date('2026-03-11T00:10:00Z'));
    expect(await lockouts()).toEqual(['09 0', '10 2', '11 0']);
    await world.database.owner
      .deleteFrom('auditEvents')
      .where('at', '<', new Date('2026-03-10T23:00:00Z'))
      .execute();
    const before = await snapshot(world.deps.db);
    expect(await lockouts()).toEqual(['09 0', '10 2', '11 0']);
    expect(await snapshot(world.deps.db)).toEqual(before);
    await Promise.all([lockouts(), lockouts(), lockouts()]);
  });

  test('agrees with a count of every row, over a crowd of all kinds', async () => {
    await generatedUsers(world, 600);
    await world.database.owner.updateTable('rollout').set({ phase: 'full' }).execute();
    const { db } = world.deps;
    const users = await db.selectFrom('users').selectAll().where('status', '=', 'active').execute();
    const factors = await db.selectFrom('factors').selectAll().execute();
    const graces = await db.selectFrom('graces').selectAll().execute();
    const exemptions = await db.selectFrom('exemptions').selectAll().execute();
    const methodsOf = (id: string) =>
      factors
        .filter((one) => one.userId === id && one.confirmedAt && !one.disabledAt && !one.isBackup)
        .map(({ method }) => method);
    const enrolled = users.filter(({ id }) => methodsOf(id).length > 0);
    const now = new Date();
    const asked = graces.filter(
      ({ userId }) =>
        users.some(({ id }) => id === userId) &&
        methodsOf(userId).length === 0 &&
        !exemptions.some((one) => one.userId === userId && !one.endedAt && one.endsAt > now),
    );

    const adoption = await readAdoption(world.deps, 1);
    expect(adoption).toMatchObject({ users: users.length, enrolled: enrolled.length });
    for (const { role, ...counts } of adoption.byRole)
      expect(counts).toEqual({
        users: users.filter(({ roles }) => roles.includes(role)).length,
        enrolled: enrolled.filter(({ roles }) => roles.includes(role)).length,
      });
    expect(adoption.byMethod.map(({ method }) => method).sort()).toEqual([
      'email',
      'smoke_signal',
      'sms',
      'totp',
    ]);
    for (const { method, users: some } of adoption.byMethod)
      expect(some).toBe(enrolled.filter(({ id }) => methodsOf(id).includes(method)).length);
    expect(adoption.grace).toEqual({
      inGrace: asked.filter(({ endsAt }) => endsAt > now).length,
      ended: asked.filter(({ endsAt }) => endsAt <= now).length,
    });
  });
});

describe('GET /admin/adoption', () => {
  const world = useWorld();
  let root: Staff;
  beforeAll(async () => {
    root = await staff(world);
  });

  test('HT-4 is for those who may read it, without a fresh factor', async () => {
    for (const role of ['admin', 'helpdesk', 'auditor'] as const) {
      const reader = await staff(world, role);
      wait(240);
      expect((await reader.get('/admin/adoption')).status).toBe(200);
    }
    const { body } = await (await world.user()).login();
    const stranger = await world.call('GET', '/admin/adoption', undefined, { bearer: body.access_token });
    expect(stranger).toMatchObject({ status: 401, type: '/problems/invalid-token' });
    expect((await world.call('GET', '/admin/adoption')).status).toBe(401);
  });

  test.each(['0', '367', '1.5', '-1', '1e1', '0x7', '%207', '', 'all', '7&days=8', '7&role=user'])(
    'HT-3 refuses days=%s and says so',
    async (days) => {
      const { status, body } = await root.get(`/admin/adoption?days=${days}`);
      expect(status).toBe(400);
      expect(JSON.stringify(body.errors)).toMatch(/days|role/);
    },
  );
});

describe('sallyport adoption', () => {
  const adoption = {
    users: 12_000,
    enrolled: 9_000,
    byRole: [
      { role: 'admin', users: 40, enrolled: 40 },
      { role: 'helpdesk', users: 0, enrolled: 0 },
      { role: 'user', users: 11_960, enrolled: 8_960 },
    ],
    byMethod: [{ method: 'totp', users: 6_000 }],
    days: [
      day('2026-03-10', { logins: 800, passed: 300, failed: 100, recoveryCodesUsed: 2, bypassCodesUsed: 1 }),
      day('2026-03-11', { logins: 400, enrolled: 7, lockouts: 3, wouldRefuse: 9 }),
      day('2026-03-12', {}),
    ],
    grace: { inGrace: 1_250, ended: 3 },
    scorecard: {
      phase: 'gradual',
      since: new Date('2026-02-10T08:00:00Z'),
      enrolled: { target: 0.8, value: 0.75, met: null, byDay: [] },
      verificationP95Ms: { target: 100, value: 150, met: false },
      successRate: { target: 0.999, value: 0.9995, met: true },
      neededHelpdesk: { target: 0.05, value: 0.0012, met: true, people: 14, tickets: 9 },
      takeovers: { target: 0, value: 0, met: true },
      feedback: { target: 4, value: null, met: null, ratings: 0 },
    },
  } as const;

  test('draws the same for the terminal', () => {
    expect(drawAdoption(adoption, 84)).toEqual([
      'Active users who have a second factor',
      '  all     9,000 of 12,000   75.0%  ██████████████████████████████',
      '  admin      40 of     40  100.0%  ████████████████████████████████████████',
      '  user    8,960 of 11,960   74.9%  ██████████████████████████████',
      '',
      'By method',
      '  totp   6,000 of 12,000   50.0%  ████████████████████',
      '',
      'In the grace period: 1,250. Grace period ended: 3.',
      '',
      'Goals. The phase gradual began on 2026-02-10',
      '  enrolled within 30 days             75%  at least 80%      open',
      '  verification, 95 of 100 within   150 ms  at most 100 ms    not met',
      '  success without typing errors    99.95%  at least 99.9%    met',
      '  needed the helpdesk               0.12%  less than 5%      met',
      '  takeovers reported                    0  at most 0         met',
      '  feedback, 1 to 5                      –  more than 4       open',
      '',
      'Day (UTC)  logins    new  right  wrong   rate rescue locked refuse',
      '2026-03-10    800      0    300    100  75.0%      3      0      0  ████████████████',
      '2026-03-11    400      7      0      0      –      0      3      9  ████████',
      '2026-03-12      0      0      0      0      –      0      0      0',
      '',
      'The bars are logins. right, wrong: answers to second-factor checks.',
      'rescue: recovery and bypass codes. refuse: what a report-only policy would.',
    ]);
  });

  test.each([1, 20, 66, 80, 200])('has no line longer than %d columns, and no colours', (width) => {
    const lines = drawAdoption(adoption, width);
    expect(lines.filter((line) => [...line].length > width)).toEqual([]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour would begin with one
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f]/);
  });

  test('draws an empty database too', () => {
    const days = [day('2026-03-10', {})];
    const empty = { ...adoption, users: 0, enrolled: 0, byRole: [], byMethod: [], days };
    const lines = drawAdoption({ ...empty, grace: { inGrace: 0, ended: 0 } }, 80);
    expect(lines.slice(0, 5)).toEqual([
      'Active users who have a second factor',
      '  all  0 of 0       –',
      '',
      'By method',
      '  none yet',
    ]);
  });

  function day(name: string, counts: object) {
    const none = { logins: 0, passed: 0, failed: 0, recoveryCodesUsed: 0, bypassCodesUsed: 0 };
    return { day: name, ...none, lockouts: 0, enrolled: 0, wouldRefuse: 0, ...counts };
  }
});
