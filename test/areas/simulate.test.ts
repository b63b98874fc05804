import { beforeAll, describe, expect, test } from 'vitest';
import { createHasher } from '../../src/features/passwords/password-hash.ts';
import { generatedUsers } from '../support/generated-users.ts';
import { restoreRules } from '../support/restore-rules.ts';
import { policyOf, type Staff, staff } from '../support/staff.ts';
import { turnRollout } from '../support/turn-rollout.ts';
import { useWorld } from '../support/use-world.ts';
import { goodPassword } from '../support/world.ts';

type Row = { readonly username: string; readonly reason: string; readonly newly: boolean };

const world = useWorld({ hasher: createHasher({ memoryKiB: 8, passes: 1 }) }); // thousands of logins
restoreRules(world);
let root: Staff;
let names: string[];
beforeAll(async () => {
  root = await staff(world);
  names = await generatedUsers(world, 1_000);
});

/** All pages of an answer, one after the other. */
async function simulated(area: string, policy: Record<string, unknown>, limit = 200) {
  const rows: Row[] = [];
  let cursor = '';
  for (;;) {
    const query = `limit=${limit}${cursor && `&cursor=${cursor}`}`;
    const { status, body } = await root.post(`/admin/areas/${area}/simulate?${query}`, policy);
    expect(status).toBe(200);
    rows.push(...body.users);
    if (body.next_cursor === null) return { rows, counts: body.counts };
    cursor = body.next_cursor;
  }
}

/** Whom the service refuses in fact, though the password is right: by name, with the problem. */
async function refusedInFact(area: string) {
  const refused = new Map<string, string>();
  await world.database.db.deleteFrom('sends').execute(); // codes were sent to them a moment ago
  const logIn = async (username: string) => {
    const { status, body } = await world.call('POST', '/auth/login', {
      username,
      password: goodPassword,
      area,
    });
    const kind = String(body.type ?? '').replace('/problems/', '');
    if (kind === 'mfa-enrollment-required' || kind === 'method-not-allowed') refused.set(username, kind);
    else if (![200, 401, 403].includes(status)) throw new Error(JSON.stringify(body));
  };
  for (let from = 0; from < names.length; from += 10)
    await Promise.all(names.slice(from, from + 10).map(logIn));
  return refused;
}

const problems = { must_enrol: 'mfa-enrollment-required', no_factor_counts: 'method-not-allowed' };

const cases: readonly (readonly [string, string, Record<string, unknown>, Record<string, unknown>])[] = [
  ['public', 'a level that sent codes do not reach', { min_acr: 'urn:sallyport:acr:2' }, { phase: 'soft' }],
  [
    'public',
    'two methods by name, in the middle of the rollout',
    { allowed_methods: ['email', 'sms', 'recovery_code'] },
    { phase: 'gradual', roles: ['vendor'], grace_days: 3 },
  ],
  ['public', 'what it is, with the rollout full', {}, { phase: 'full', grace_days: 1 }],
  ['admin', 'the preset strict', { min_acr: 'urn:sallyport:acr:2' }, { phase: 'soft' }],
];

describe('POST /admin/areas/{area}/simulate names exactly whom the changed policy then refuses, of 1,000 users:', () => {
  test.each(cases)(
    '%s: %s',
    async (area, _what, change, rollout) => {
      const before = await policyOf(root, area);
      expect((await turnRollout(root, rollout)).status).toBe(200);
      const policy = { ...before, ...change };
      const { rows, counts } = await simulated(area, policy);
      const today = await simulated(area, before);
      const generated = rows.filter(({ username }) => names.includes(username));
      expect(generated.length).toBeGreaterThan(20);
      expect(generated.length).toBeLessThan(950);
      expect(counts.refused).toBe(rows.length);
      expect(counts.newly_refused).toBe(rows.filter(({ newly }) => newly).length);
      const already = new Set(today.rows.map(({ username }) => username));
      expect(rows.filter(({ username, newly }) => newly === already.has(username))).toEqual([]);
      expect((await policyOf(root, area)).min_acr).toBe(before.min_acr); // nothing has changed

      expect((await root.put(`/admin/areas/${area}`, policy)).status).toBe(200);
      const said = new Map(generated.map(({ username, reason }) => [username, Object(problems)[reason]]));
      const done = await refusedInFact(area);
      expect([...said].filter(([name, kind]) => done.get(name) !== kind)).toEqual([]);
      expect([...done].filter(([name]) => !said.has(name))).toEqual([]);
      expect((await root.put(`/admin/areas/${area}`, before)).status).toBe(200);
    },
    120_000,
  );
});

describe('its pages', () => {
  test('hold each user once, at any length', async () => {
    const policy = await policyOf(root, 'public', { mfa: 'required' });
    const whole = await simulated('public', policy, 200);
    const small = await simulated('public', policy, 37);
    expect(small.rows).toEqual(whole.rows);
    expect(new Set(small.rows.map(({ username }) => username)).size).toBe(small.rows.length);
  });

  test.each(['limit=0', 'limit=201', 'limit=many', 'limit=1&limit=2', 'page=2'])(
    'HT-3 refuse ?%s',
    async (query) => {
      const policy = await policyOf(root, 'public');
      expect((await root.post(`/admin/areas/public/simulate?${query}`, policy)).status).toBe(400);
    },
  );

  test('HT-3 a policy that could not be made cannot be simulated', async () => {
    const policy = await policyOf(root, 'admin', { mfa: 'none' });
    expect((await root.post('/admin/areas/admin/simulate', policy)).status).toBe(400);
  });

  test('SE-4 are for users who may read policies', async () => {
    const ann = await world.user();
    const { body } = await ann.login();
    const bearer = body.access_token ?? body.enrollment_token;
    const answer = await world.call('POST', '/admin/areas/public/simulate', { preset: 'pci' }, { bearer });
    expect(answer.status).toBe(401);
  });
});
