import { beforeEach, describe, expect, test } from 'vitest';
import { presets } from '../../src/domain/policy/policy.ts';
import { toSeeded } from '../../src/domain/policy/stored-policy.ts';
import { serverUrl } from '../support/database.ts';
import { anotherInstance } from '../support/instance.ts';
import { policyOf, type Staff, staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';

const world = useRestoredWorld('it counts all users, and the versions of an area');
let root: Staff;
beforeEach(async () => {
  root = await staff(world);
});

const put = (body: Record<string, unknown>, by: Pick<Staff, 'put'> = root) =>
  by.put('/admin/areas/public', body);
const area = async () => (await root.get('/admin/areas/public')).body;
const versions = async (query = '', by: Pick<Staff, 'get'> = root) =>
  (await by.get(`/admin/areas/public/versions${query}`)).body;
const simulated = async (body: Record<string, unknown>, query = '') =>
  (await root.post(`/admin/areas/public/simulate${query}`, body)).body;

describe('GET /admin/areas/{area}/versions', () => {
  test('has the present version before anybody has changed anything', async () => {
    const { policy } = await area();
    expect(await versions()).toEqual({
      versions: [
        {
          version: 1,
          changed_at: null,
          changed_by: null,
          changed_by_username: null,
          restored: null,
          policy,
          trial: null,
          before: null,
        },
      ],
      next_cursor: null,
    });
  });

  test('AU-3 says of each change who made it, when, and what was before and after, newest first', async () => {
    const first = (await area()).policy;
    const dora = await staff(world);
    const second = { ...first, idle_seconds: 900 };
    const tried = { ...first, mfa: 'required' };
    await put(second);
    await put({ ...tried, report_only: true }, dora);
    await put(second);
    const { versions: found } = await versions();
    expect(found).toMatchObject([
      { version: 4, changed_by: root.id, policy: second, before: second, trial: null },
      { version: 3, changed_by_username: dora.username, policy: second, before: second, trial: tried },
      { version: 2, changed_by: root.id, changed_by_username: root.username, policy: second, before: first },
      { version: 1, changed_at: null, changed_by: null, policy: first, before: null },
    ]);
    expect(found[0].changed_at).toBe(new Date().toISOString());
    expect((await area()).version).toBe(4);
  });

  test('comes in pages, each version once, and each with the policy before it', async () => {
    for (const idle of [300, 400, 500, 600])
      await put(await policyOf(root, 'public', { idle_seconds: idle }));
    const whole = (await versions()).versions;
    const one = await versions('?limit=2');
    const two = await versions(`?limit=2&cursor=${one.next_cursor}`);
    const three = await versions(`?limit=2&cursor=${two.next_cursor}`);
    expect([...one.versions, ...two.versions, ...three.versions]).toEqual(whole);
    expect(three.next_cursor).toBeNull();
    expect((await root.get('/admin/areas/public/versions?cursor=4')).status).toBe(400);
  });

  test('SE-4 is read by all who read policies, and by nobody else', async () => {
    for (const role of ['helpdesk', 'auditor'] as const) {
      const other = await staff(world, role);
      expect((await versions('', other)).versions).toHaveLength(1);
      expect((await other.get('/admin/areas/public/presets')).status).toBe(200);
      expect((await put({ restore: 1 }, other)).type).toBe('/problems/insufficient-scope');
    }
    const ann = await world.user();
    const { access_token: bearer } = (await ann.login()).body;
    const answer = await world.call('GET', '/admin/areas/public/versions', undefined, { bearer });
    expect(answer.status).toBe(401);
  });

  test('does not say that another release changed nothing', async () => {
    await put({ preset: 'strict' });
    // A release that keeps no versions, while instances are replaced.
    await world.database.owner
      .updateTable('areas')
      .set({ policy: JSON.stringify(toSeeded(presets.pci.public)), version: 3 })
      .where('name', '=', 'public')
      .execute();
    const [unkept, kept] = (await versions()).versions;
    expect(unkept).toMatchObject({ version: 3, policy: { idle_seconds: 900 } });
    expect(kept).toMatchObject({ version: 2, policy: { idle_seconds: 3_600 } });
    await put({ preset: 'standard' });
    const now = (await versions()).versions;
    expect(now.map(({ version }: { version: number }) => version)).toEqual([4, 3, 2, 1]);
    expect(now[0].before).toEqual(now[1].policy);
    expect(now[1]).toEqual(unkept);
  });

  test('says that the version before is not kept, rather than compare with an older one', async () => {
    await put({ preset: 'strict' });
    const set = { policy: JSON.stringify(toSeeded(presets.pci.public)), version: 7 };
    await world.database.owner.updateTable('areas').set(set).where('name', '=', 'public').execute();
    expect((await versions()).versions[0]).toMatchObject({ version: 7, before: null });
  });

  test('has a new one where the installation has another preset, so that nobody changes what they have not read', async () => {
    const first = await policyOf(root, 'public');
    await put({ ...first, mfa: 'required', report_only: true });
    const other = await anotherInstance(world, { preset: 'strict' });
    await other.close();
    expect((await versions()).versions).toMatchObject([
      { version: 3, changed_at: null, before: first, policy: { trusted_device_days: null } },
      { version: 2, trial: { mfa: 'required' } },
      { version: 1 },
    ]);
    expect((await put({ preset: 'pci', version: 2 })).status).toBe(409);
  });

  test.skipIf(!serverUrl)('AU-7 cannot be rewritten by the service', async () => {
    await put({ preset: 'strict' });
    const { db } = world.deps;
    await expect(db.updateTable('areaVersions').set({ changedBy: null }).execute()).rejects.toThrow(
      'permission denied',
    );
    await expect(db.deleteFrom('areaVersions').execute()).rejects.toThrow('permission denied');
  });
});

describe('going back to a version', () => {
  test('is simulated, changes the policy, becomes a version, and is in the audit', async () => {
    const ann = await world.user();
    const first = (await area()).policy;
    const strong = { ...first, mfa: 'required' };
    await put(strong);
    await put({ preset: 'standard' });
    const { counts, users } = await simulated({ restore: 2 });
    expect(counts).toMatchObject({ refused: 1, newly_refused: 1 });
    expect(users).toMatchObject([{ username: ann.username, reason: 'must_enrol', newly: true }]);
    const answer = await put({ restore: 2, version: 3, confirm_shut_out: 1 });
    expect(answer).toMatchObject({ status: 200, body: { version: 4, policy: strong, changed_by: root.id } });
    expect((await ann.login()).status).toBe(403);
    expect((await versions()).versions[0]).toMatchObject({ version: 4, restored: 2, before: first });
    const { body } = await root.get('/admin/audit?type=policy_changed&limit=1');
    expect(body.events[0]).toMatchObject({
      actor_id: root.id,
      detail: { restored: 2, before: { mfa: 'if_enrolled' }, after: { mfa: 'required' } },
    });
  });

  test('can be only reported', async () => {
    const ann = await world.user();
    const first = (await area()).policy;
    await put({ ...first, mfa: 'required' });
    await put({ preset: 'standard' });
    const { body } = await put({ restore: 2, report_only: true });
    expect(body).toMatchObject({ policy: first, trial: { mfa: 'required' } });
    expect((await ann.login()).status).toBe(200);
  });

  test('overwrites no change that was not read', async () => {
    await put({ preset: 'strict' });
    await put({ preset: 'pci' });
    const late = await put({ restore: 1, version: 2 });
    expect(late).toMatchObject({ status: 409, type: '/problems/conflict' });
    expect(await area()).toMatchObject({ version: 3, policy: { idle_seconds: 900 } });
    const both = await Promise.all([put({ restore: 1, version: 3 }), put({ restore: 2, version: 3 })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await area()).version).toBe(4);
  });

  test.each([
    ['a version that is not there', { restore: 9 }],
    ['a version that never was', { restore: 0 }],
    ['a preset beside it', { restore: 1, preset: 'pci' }],
    ['a number as text', { restore: '1' }],
  ])('HT-3 refuses %s', async (_what, body) => {
    await put({ preset: 'strict' });
    expect(await put(body)).toMatchObject({ status: 400, type: '/problems/invalid-request' });
    expect((await root.post('/admin/areas/public/simulate', body)).status).toBe(400);
    expect((await area()).version).toBe(2);
  });

  test('refuses what would be refused as a new policy too', async () => {
    await put(await policyOf(root, 'public', { allowed_methods: ['totp', 'sms'] }));
    await put({ preset: 'standard' });
    const { owner } = world.database;
    const { policy } = await owner
      .selectFrom('areaVersions')
      .select('policy')
      .where('version', '=', 2)
      .executeTakeFirstOrThrow();
    const set = (changed: unknown) =>
      owner
        .updateTable('areaVersions')
        .set({ policy: JSON.stringify(changed) })
        .where('version', '=', 2)
        .execute();
    await set({ ...policy, allowedMethods: ['carrier_pigeon'] });
    const answer = await put({ restore: 2 });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/allowed_methods/0' }] } });
    await set({ ...policy, mfa: 'never' });
    expect((await put({ restore: 2 })).status).toBe(400);
    const found = (await versions()).versions;
    expect(found).toMatchObject([{ before: null }, { policy: null }, {}]);
  });
});

describe('confirm_shut_out', () => {
  test('RO-1 of another number than the users who are shut out now changes nothing', async () => {
    await world.user();
    const strong = await policyOf(root, 'public', { mfa: 'required' });
    const { newly_refused: seen } = (await simulated(strong)).counts;
    expect(seen).toBe(1);
    await world.user(); // somebody more, since the simulation
    const refused = await put({ ...strong, confirm_shut_out: seen });
    expect(refused).toMatchObject({ status: 409, type: '/problems/locks-out', body: { shut_out: 2 } });
    expect(refused.body.detail).toContain('2 users');
    expect((await area()).version).toBe(1);
    expect((await put({ ...strong, confirm_shut_out: 2 })).status).toBe(200);
    expect((await put({ ...strong, confirm_shut_out: 0 })).status).toBe(200); // they are shut out already
    expect((await put({ ...strong, confirm_shut_out: -1 })).status).toBe(400);
  });

  test('does not keep anybody from repairing a policy that cannot be read', async () => {
    await world.user();
    const { owner } = world.database;
    const strong = await policyOf(root, 'public', { mfa: 'required' });
    await owner
      .updateTable('areas')
      .set({ policy: '{"mfa":"never"}' })
      .where('name', '=', 'public')
      .execute();
    await world.deps.reloadPolicies();
    expect((await put({ ...strong, version: 1, confirm_shut_out: 0 })).status).toBe(200);
    expect((await versions()).versions).toMatchObject([
      { version: 2, before: null },
      { version: 1, policy: null },
    ]);
  });
});

describe('GET /admin/areas/{area}/presets', () => {
  test('says what each preset would set, which one the installation has, and the methods', async () => {
    const { body } = await root.get('/admin/areas/public/presets');
    expect(body).toMatchObject({
      preset: 'standard',
      presets: { pci: { idle_seconds: 900 }, strict: { idle_seconds: 3_600, activity: 'explicit' } },
    });
    expect(body.methods).toEqual([...world.deps.providers.keys()]);
    for (const preset of ['strict', 'pci', 'standard'])
      expect((await put({ preset })).body.policy).toEqual(body.presets[preset]);
    const other = await anotherInstance(world, { preset: 'pci' });
    const there = await other.call('GET', '/admin/areas/admin/presets', undefined, { bearer: root.bearer });
    expect(there.body.preset).toBe('pci');
    await other.close();
  });
});
