import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, codeOf, wrongCodeOf } from '../support/actor.ts';
import { type Cluster, canCluster, startCluster } from '../support/cluster.ts';
import { tally, tempTokens } from '../support/second-factor.ts';
import { policyOf, staff } from '../support/staff.ts';

type Call = Cluster['one'];

/** A change takes effect within five seconds. The rest is for a machine whose processors have other work. */
const atMostMs = 60_000;

describe.skipIf(!canCluster)('two processes behind a balancer, on one PostgreSQL and one Redis', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.close());

  /** One request after the other to either process. */
  const inTurn = (at: number) => (at % 2 === 0 ? cluster.one : cluster.two);
  const verifyAt = (at: number, temp_token: string | undefined, mfa_token: string) =>
    inTurn(at)('POST', '/auth/mfa/verify', { temp_token, mfa_token });

  async function withTotp() {
    const ann = await cluster.world.user();
    return { ann: cluster.over(ann), person: ann, ...(await ann.enrolTotp()) };
  }

  test('GF-1 the balancer hands requests to both', async () => {
    const before = cluster.instances.map(({ output }) => output().split('answered').length);
    for (let at = 0; at < 8; at += 1) expect((await cluster.call('GET', '/health/live')).status).toBe(200);
    const heard = () =>
      cluster.instances.map(({ output }, at) => output().split('answered').length > (before[at] ?? 0));
    await expect.poll(heard).toEqual([true, true]); // the log may come after the answer
  });

  test('RL-1 wrong codes at both count together, however many come at once', async () => {
    const { person, secret } = await withTotp();
    const temps = await tempTokens(person, 10);
    const answers = await Promise.all(temps.map((temp, at) => verifyAt(at, temp, wrongCodeOf(secret))));
    expect(tally(answers)).toEqual({ 'mfa-token-invalid': 3, 'too-many-attempts': 7 });
    expect(await verifyAt(1, temps[0], codeOf(secret))).toMatchObject({ status: 429 });
  });

  test('RL-4 wrong passwords at both count together', async () => {
    const { username } = await cluster.world.user();
    const wrong = { username, password: 'not the password' };
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, at) => inTurn(at)('POST', '/auth/login', wrong)),
    );
    expect(tally(answers)).toEqual({ 'invalid-credentials': 10, 'too-many-attempts': 6 });
  });

  test('OT-3 a code works once, however many come to both at once', async () => {
    const { person, secret } = await withTotp();
    const temps = await tempTokens(person, 3);
    const answers = await Promise.all(temps.map((temp, at) => verifyAt(at, temp, codeOf(secret))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('RK-2 so does a recovery code', async () => {
    const { person, codes } = await withTotp();
    const temps = await tempTokens(person, 3);
    const answers = await Promise.all(temps.map((temp, at) => verifyAt(at, temp, codes[0] ?? '')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('MF-4 a temp token opens one login, though two right codes come to both at once', async () => {
    const { person, secret, codes } = await withTotp();
    const [temp] = await tempTokens(person, 1);
    const answers = await Promise.all([verifyAt(0, temp, codeOf(secret)), verifyAt(1, temp, codes[0] ?? '')]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('SE-10 a refresh token has one successor that goes on, and another ends the family at both', async () => {
    const ann = cluster.over(await cluster.world.user());
    const { refresh_token, access_token: bearer } = (await ann.login()).body;
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, at) => inTurn(at)('POST', '/auth/refresh', { refresh_token })),
    );
    expect(tally(answers)).toEqual({ '200': 6 });
    const used = await Promise.all(
      answers.map(({ body }, at) =>
        inTurn(at)('POST', '/auth/refresh', { refresh_token: body.refresh_token }),
      ),
    );
    expect(tally(used)['invalid-token']).toBeGreaterThanOrEqual(5);
    await expectRefusedAtBoth(bearer);
  });

  test('SE-6 a logout at one ends the session at the other', async () => {
    const bearer = await cachedAtBoth(cluster.over(await cluster.world.user()));
    await cluster.one('POST', '/auth/logout', undefined, { bearer });
    await expectRefusedAtBoth(bearer);
  });

  test('SE-7 so does an administrator who disables an account', async () => {
    const root = await staff(cluster.world);
    const ann = await cluster.world.user();
    const bearer = await cachedAtBoth(cluster.over(ann));
    const change = { status: 'disabled' };
    const answer = await cluster.two('PATCH', `/admin/users/${ann.id}`, change, { bearer: root.bearer });
    expect(answer.status).toBe(200);
    await expectRefusedAtBoth(bearer);
    expect((await cluster.over(ann, cluster.one).login()).status).toBe(401);
  });

  test('JW-4 a key that signs at one at once is known at the other at once', async () => {
    const root = await staff(cluster.world);
    const rotated = await cluster.one(
      'POST',
      '/admin/keys/rotate',
      { at_once: true },
      { bearer: root.bearer },
    );
    expect(rotated.status).toBe(200);
    const ann = await cluster.world.user();
    const { access_token: bearer } = (await cluster.over(ann, cluster.one).login()).body;
    await expect
      .poll(async () => (await cluster.two('GET', '/auth/me', undefined, { bearer })).status, {
        timeout: atMostMs,
      })
      .toBe(200);
    const [mine, theirs] = await Promise.all(
      [cluster.one, cluster.two].map((call) => call('GET', '/.well-known/jwks.json')),
    );
    expect(mine?.body).toEqual(theirs?.body);
  });

  test('RO-6 a policy that is changed at one holds at the other within five seconds', async () => {
    const root = await staff(cluster.world);
    const { bearer } = root;
    const policy = await policyOf(root, 'vendor', { access_seconds: 123 });
    expect((await cluster.one('PUT', '/admin/areas/vendor', policy, { bearer })).status).toBe(200);
    const vendor = cluster.over(await cluster.world.user({ roles: ['vendor'] }), cluster.two);
    await expect
      .poll(async () => (await vendor.login('vendor')).body.expires_in, { timeout: atMostMs })
      .toBe(123);
  });

  test('SE-7 RO-6 a change without a notification takes effect at both all the same, five seconds later', async () => {
    const { owner } = cluster.world.database;
    const vendors = await cluster.world.user({ roles: ['vendor'] });
    const ann = await cluster.world.user();
    const bearer = await cachedAtBoth(cluster.over(ann));
    await sql`update areas set policy = jsonb_set(policy, '{accessSeconds}', '124') where name = 'vendor'`.execute(
      owner,
    );
    await sql`update sessions set ended_at = now() where user_id = ${ann.id}`.execute(owner);
    const statusAt = async (call: Call) => (await call('GET', '/auth/me', undefined, { bearer })).status;
    const lifeAt = async (call: Call) => (await cluster.over(vendors, call).login('vendor')).body.expires_in;
    const both = [cluster.one, cluster.two];
    const all = () => Promise.all([...both.map(statusAt), ...both.map(lifeAt)]);
    await expect.poll(all, { timeout: atMostMs, interval: 250 }).toEqual([401, 401, 124, 124]);
  });

  async function cachedAtBoth(ann: Actor): Promise<string> {
    const bearer = (await ann.login()).body.access_token;
    for (const call of [cluster.one, cluster.two])
      expect((await call('GET', '/auth/me', undefined, { bearer })).status).toBe(200);
    return bearer;
  }

  async function expectRefusedAtBoth(bearer: string): Promise<void> {
    for (const call of [cluster.one, cluster.two])
      await expect
        .poll(async () => (await call('GET', '/auth/me', undefined, { bearer })).status, {
          timeout: atMostMs,
        })
        .toBe(401);
  }
});
