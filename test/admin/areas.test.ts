import { sql } from 'kysely';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { presets } from '../../src/domain/policy/policy.ts';
import { toSeeded, toStored } from '../../src/domain/policy/stored-policy.ts';
import { changeArea } from '../../src/features/policy/change-area.ts';
import { changeRollout } from '../../src/features/policy/change-rollout.ts';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { anotherInstance } from '../support/instance.ts';
import { restoreRules } from '../support/restore-rules.ts';
import { eventsOf } from '../support/second-factor.ts';
import { policyOf, type Staff, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext, createWorld } from '../support/world.ts';

const world = useWorld();
restoreRules(world);
let root: Staff;
beforeEach(async () => {
  root = await staff(world);
});

const me = (bearer: string) => world.call('GET', '/auth/me', undefined, { bearer });

describe('GET /admin/areas/{area}', () => {
  test('shows the preset until somebody changes it', async () => {
    const { status, body } = await root.get('/admin/areas/public');
    expect(status).toBe(200);
    expect(body).toEqual({
      area: 'public',
      policy: {
        mfa: 'if_enrolled',
        min_acr: 'urn:sallyport:acr:1plus',
        allowed_methods: 'all',
        access_seconds: 900,
        idle_seconds: 3_600,
        absolute_seconds: 43_200,
        audit: 'medium',
        trusted_device_days: 30,
        provider_bypass: false,
        provider_outage: 'closed',
        refresh_grace_seconds: 10,
        recovery_code_at_guard: true,
        new_recovery_code: false,
        first_factor: 'password',
        activity: 'requests',
        account_recovery: null,
      },
      trial: null,
      version: 1,
      changed_at: null,
      changed_by: null,
      changed_by_username: null,
    });
  });

  test('says of each what the table of areas says', async () => {
    const asked: unknown[] = [];
    for (const area of ['admin', 'public', 'vendor', 'service'])
      asked.push((await root.get(`/admin/areas/${area}`)).body.policy.mfa);
    expect(asked).toEqual(['required', 'if_enrolled', 'optional', 'none']);
  });

  test('shows what a row from before does not say as the preset has it', async () => {
    const { owner } = world.database;
    const set = {
      policy: JSON.stringify(toSeeded(presets.strict.public)),
      changedAt: new Date(),
      version: 7,
    };
    await owner.updateTable('areas').set(set).where('name', '=', 'public').execute();
    const other = await anotherInstance(world, { preset: 'pci' });
    const read = await other.call('GET', '/admin/areas/public', undefined, { bearer: root.bearer });
    expect(read.body).toMatchObject({
      version: 7,
      policy: { refresh_grace_seconds: 0, recovery_code_at_guard: false, activity: 'explicit' },
    });
    await world.deps.reloadPolicies();
    expect(world.deps.policies.public).toMatchObject({ refreshGraceSeconds: 10, activity: 'requests' });
    expect((await root.get('/admin/areas/public')).body.policy).toMatchObject({
      refresh_grace_seconds: 10,
      recovery_code_at_guard: true,
      activity: 'requests',
    });
    const change = { ...(await policyOf(root, 'public')), activity: 'explicit', refresh_grace_seconds: 20 };
    expect((await root.put('/admin/areas/public', change)).body.policy).toEqual(change);
    const renewing = { ...change, new_recovery_code: true };
    expect((await root.put('/admin/areas/public', renewing)).body.policy).toEqual(renewing);
    const { refresh_grace_seconds: _, ...shorter } = change;
    expect((await root.put('/admin/areas/public', shorter)).body.policy).toMatchObject({
      refresh_grace_seconds: 10,
    });
    expect((await root.put('/admin/areas/public', { ...change, refresh_grace_seconds: 61 })).status).toBe(
      400,
    );
    await other.close();
  });

  test.each(['helpdesk', 'auditor'] as const)(
    'SE-4 is read by the role %s, which changes nothing',
    async (role) => {
      const other = await staff(world, role);
      expect((await other.get('/admin/areas/public')).status).toBe(200);
      const refused = await other.put('/admin/areas/public', { preset: 'strict' });
      expect(refused).toMatchObject({ status: 403, type: '/problems/insufficient-scope' });
      expect((await other.put('/admin/rollout', { phase: 'full' })).status).toBe(403);
      expect((await root.get('/admin/areas/public')).body.version).toBe(1);
    },
  );

  test('SE-5 attack 32 no token of another area opens it', async () => {
    const { body } = await root.loginWithTotp(root.secret, 'public', 1);
    const answer = await world.call('GET', '/admin/areas/public', undefined, { bearer: body.access_token });
    expect(answer).toMatchObject({ status: 401, type: '/problems/invalid-token' });
  });
});

describe('PUT /admin/areas/{area}', () => {
  test('RO-1 SE-12 asks for a second factor that is at most five minutes old, or a code with the request', async () => {
    const first = (await root.loginWithTotp(root.secret, 'admin', 1)).body;
    wait(200);
    const second = (await world.call('POST', '/auth/refresh', { refresh_token: first.refresh_token })).body;
    wait(150);
    const put = (mfa?: string) =>
      world.call(
        'PUT',
        '/admin/areas/public',
        { preset: 'strict' },
        { bearer: second.access_token, ...(mfa && { mfa }) },
      );
    expect(await put()).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-required',
      body: { max_age: 300 },
    });
    expect((await put(wrongCodeOf(root.secret))).type).toBe('/problems/mfa-token-invalid');
    const code = codeOf(root.secret);
    expect((await put(code)).status).toBe(200);
    expect((await put(code)).type).toBe('/problems/mfa-token-used');
  });

  test('AU-3 is audited with the policy before and after', async () => {
    const policy = await policyOf(root, 'vendor', { access_seconds: 600 });
    expect((await root.put('/admin/areas/vendor', policy)).status).toBe(200);
    const [event] = await world.database.db
      .selectFrom('auditEvents')
      .selectAll()
      .where('type', '=', 'policy_changed')
      .where('actorId', '=', root.id)
      .execute();
    expect(event).toMatchObject({ actorId: root.id, area: 'vendor', outcome: 'success' });
    expect(event?.detail).toMatchObject({ before: { accessSeconds: 1_800 }, after: { accessSeconds: 600 } });
  });

  test('AU-7 where the event cannot be written nothing has changed', async () => {
    const { owner } = world.database;
    await sql`alter table audit_events add constraint broken check (type <> 'policy_changed') not valid`.execute(
      owner,
    );
    onTestFinished(
      async () => void (await sql`alter table audit_events drop constraint broken`.execute(owner)),
    );
    expect((await root.put('/admin/areas/public', { preset: 'strict' })).status).toBeGreaterThanOrEqual(500);
    expect((await root.get('/admin/areas/public')).body).toMatchObject({ version: 1, changed_at: null });
  });

  test('RO-6 SE-7 a level that is raised takes effect on a live session at its next request', async () => {
    const ann = await world.user({ roles: ['helpdesk'] });
    const sent = await ann.enrolSent('email', { email: ann.email });
    expect(sent.answer.status).toBe(200);
    wait(31);
    const challenge = await ann.login('admin');
    const opened = await ann.verify(challenge.body.temp_token, ann.lastCode('email'));
    const there = () => world.call('GET', '/admin/rollout', undefined, { bearer: opened.body.access_token });
    expect((await there()).status).toBe(200);
    await root.put('/admin/areas/admin', { preset: 'strict' });
    expect(await there()).toMatchObject({ status: 403, type: '/problems/mfa-token-required' });
    const refresh = { refresh_token: opened.body.refresh_token };
    expect((await world.call('POST', '/auth/refresh', refresh)).status).toBe(401);
    wait(31);
    expect(await ann.login('admin')).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
  });

  test('RO-6 attack 30 a method that no longer counts ends what it opened, recovery codes too', async () => {
    const ann = await world.user({ roles: ['admin'] });
    const { codes } = await ann.enrolTotp();
    const challenge = await ann.login('admin');
    const opened = await ann.verify(challenge.body.temp_token, codes[0] ?? '');
    const there = () => world.call('GET', '/admin/rollout', undefined, { bearer: opened.body.access_token });
    expect((await there()).status).toBe(200);
    const policy = await policyOf(root, 'admin', { allowed_methods: ['totp'] });
    expect((await root.put('/admin/areas/admin', policy)).status).toBe(200);
    expect((await there()).status).toBe(403);
    expect((await root.get('/admin/rollout')).status).toBe(200); // opened by a method that counts
    const waiting = await ann.login('admin');
    const again = await ann.verify(waiting.body.temp_token, codes[1] ?? '');
    expect(again.status).not.toBe(200);
  });

  test('SE-1 SE-2 lifetimes that are cut take effect on live sessions', async () => {
    const ann = await world.user();
    const first = (await ann.login()).body;
    wait(400);
    expect((await me(first.access_token)).status).toBe(200);
    const fresh = await root.loginWithTotp(root.secret, 'admin', 0);
    const put = (change: Record<string, unknown>) =>
      policyOf(root, 'public', change).then((policy) =>
        world.call('PUT', '/admin/areas/public', policy, { bearer: fresh.body.access_token }),
      );
    root = { ...root, get: (url) => world.call('GET', url, undefined, { bearer: fresh.body.access_token }) };
    expect((await put({ access_seconds: 300 })).status).toBe(200);
    expect((await me(first.access_token)).status).toBe(401);
    const second = await world.call('POST', '/auth/refresh', { refresh_token: first.refresh_token });
    expect((await me(second.body.access_token)).status).toBe(200);
    await put({ access_seconds: 300, idle_seconds: 300, absolute_seconds: 300 });
    expect((await me(second.body.access_token)).status).toBe(401);
  });

  test('refuses to overwrite a change that was not read', async () => {
    expect((await root.put('/admin/areas/public', { preset: 'strict', version: 1 })).body.version).toBe(2);
    const late = await root.put('/admin/areas/public', { preset: 'pci', version: 1 });
    expect(late).toMatchObject({ status: 409, type: '/problems/conflict' });
  });

  test('what would lock out every administrator is refused, with the reason', async () => {
    const alone = await createWorld(); // the administrators of other tests would be in the way
    onTestFinished(alone.close);
    const one = await staff(alone);
    const none = await policyOf(one, 'admin', { allowed_methods: ['sms'] });
    const refused = await one.put('/admin/areas/admin', none);
    expect(refused).toMatchObject({ status: 409, type: '/problems/locks-out' });
    expect(refused.body.detail).toContain('No active administrator has a factor that this policy accepts');
    const unreachable = await policyOf(one, 'public', { min_acr: 'phr', allowed_methods: ['totp'] });
    const nobody = await one.put('/admin/areas/public', unreachable);
    expect(nobody).toMatchObject({ status: 409, type: '/problems/locks-out' });
    expect((await one.get('/admin/areas/admin')).body.version).toBe(1);

    const other = await alone.user({ roles: ['admin'] });
    await other.enrolSent('sms', { phone: '+15095550177' });
    expect((await one.put('/admin/areas/admin', none)).status).toBe(200); // one can still come in
  });

  const wrong: readonly (readonly [string, string, Record<string, unknown>, string])[] = [
    ['admin', 'without MFA', { mfa: 'optional' }, '#/mfa'],
    ['admin', 'half audited', { audit: 'medium' }, '#/audit'],
    ['service', 'with people', { mfa: 'required' }, '#/mfa'],
    ['public', 'a password as second step', { min_acr: 'urn:sallyport:acr:1' }, ''],
    [
      'public',
      'a method that nobody configured',
      { allowed_methods: ['totp', 'carrier_pigeon'] },
      '#/allowed_methods/1',
    ],
    ['public', 'a method twice', { allowed_methods: ['totp', 'totp'] }, '#/allowed_methods'],
    ['public', 'no method', { allowed_methods: [] }, ''],
    [
      'public',
      'tokens that outlive the session',
      { access_seconds: 900, absolute_seconds: 600 },
      '#/access_seconds',
    ],
    ['public', 'idling longer than living', { idle_seconds: 50_000 }, '#/idle_seconds'],
    ['public', 'a session of days', { absolute_seconds: 90_000 }, ''],
    ['public', 'a token of a second', { access_seconds: 1 }, ''],
    ['public', 'an unknown field', { roles: ['vendor'] }, ''],
    ['public', 'a number as text', { access_seconds: '900' }, ''],
    ['public', 'a preset beside a policy', { preset: 'pci' }, ''],
  ];
  test.each(wrong)('HT-3 of %s refuses %s', async (area, _what, change, pointer) => {
    const answer = await root.put(`/admin/areas/${area}`, await policyOf(root, area, change));
    expect(answer).toMatchObject({ status: 400, type: '/problems/invalid-request' });
    if (pointer) expect(answer.body.errors.map((one: { pointer: string }) => one.pointer)).toContain(pointer);
    expect((await root.get(`/admin/areas/${area}`)).body.version).toBe(1);
  });

  test('attack 40 a policy that somebody broke in the database lets nobody in', async () => {
    const ann = await world.user();
    const { access_token: bearer } = (await ann.login()).body;
    await world.database.db
      .updateTable('areas')
      .set({ policy: '{"mfa":"never"}' })
      .where('name', '=', 'public')
      .execute();
    await world.deps.reloadPolicies();
    expect(await ann.login()).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining('public') },
    });
    expect((await me(bearer)).status).toBe(503);
    expect((await root.get('/admin/rollout')).status).toBe(200);
  });
});

describe('a report-only policy', () => {
  test('RO-1 audits the user whom it would have refused, and lets them through', async () => {
    const ann = await world.user();
    await ann.enrolSent('email', { email: ann.email });
    wait(31);
    const policy = await policyOf(root, 'public', { min_acr: 'urn:sallyport:acr:2' });
    const tried = await root.put('/admin/areas/public', { ...policy, report_only: true });
    expect(tried.body).toMatchObject({
      policy: { min_acr: 'urn:sallyport:acr:1plus' },
      trial: { min_acr: 'urn:sallyport:acr:2' },
    });
    const challenge = await ann.login();
    const opened = await ann.verify(challenge.body.temp_token, ann.lastCode('email'));
    expect(opened.status).toBe(200);
    const events = (await eventsOf(world, ann.id)).filter(({ type }) => type === 'policy_would_refuse');
    expect(events.map(({ detail }) => detail)).toEqual([{ reason: 'no_factor_counts' }]);

    const bob = await world.user();
    await bob.enrolTotp();
    await bob.login();
    expect((await eventsOf(world, bob.id)).filter(({ type }) => type === 'policy_would_refuse')).toEqual([]);

    await root.put('/admin/areas/public', policy);
    expect((await root.get('/admin/areas/public')).body).toMatchObject({ trial: null, policy });
  });

  test('audits a request in a live session', async () => {
    const { body } = await root.get('/admin/areas/admin');
    await root.put('/admin/areas/admin', { ...body.policy, allowed_methods: ['sms'], report_only: true });
    expect((await root.get('/admin/rollout')).status).toBe(200);
    await root.get('/admin/rollout');
    const events = (await eventsOf(world, root.id)).filter(({ type }) => type === 'policy_would_refuse');
    expect(events.map(({ detail }) => detail)).toEqual([{ reason: 'step_up' }]);
  });
});

test('who changed it has the name of today, and none where it was the terminal or the account is gone', async () => {
  const other = await staff(world);
  const who = async (url: string) => {
    const { changed_by, changed_by_username } = (await root.get(url)).body;
    return [changed_by, changed_by_username];
  };
  const urls = ['/admin/areas/public', '/admin/rollout'];
  await other.put('/admin/areas/public', await policyOf(root, 'public'));
  await other.put('/admin/rollout', { phase: 'soft' });
  for (const url of urls) expect(await who(url)).toEqual([other.id, other.username]);
  const { owner } = world.database;
  const renamed = `renamed-${other.username}`;
  await owner.updateTable('users').set({ username: renamed }).where('id', '=', other.id).execute();
  for (const url of urls) expect(await who(url)).toEqual([other.id, renamed]);
  await owner.deleteFrom('users').where('id', '=', other.id).execute();
  for (const url of urls) expect(await who(url)).toEqual([other.id, null]);
  const policy = toStored(world.deps.preset.public);
  const unchanged = { roles: undefined, graceSeconds: undefined };
  await changeArea(world.deps, consoleContext(), {
    actorId: null,
    area: 'public',
    change: { policy, reportOnly: false, version: undefined },
  });
  await changeRollout(world.deps, consoleContext(), null, {
    ...unchanged,
    phase: 'soft',
  });
  for (const url of urls) expect(await who(url)).toEqual([null, null]);
});
