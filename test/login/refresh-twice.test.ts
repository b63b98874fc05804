import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wait } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { setPolicy } from '../support/devices.ts';
import { anotherInstance } from '../support/instance.ts';
import { eventTypesOf } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { type Answer, consoleContext } from '../support/world.ts';

const world = useWorld();
const refresh = (refresh_token: string) => world.call('POST', '/auth/refresh', { refresh_token });
const me = (bearer: string) => world.call('GET', '/auth/me', undefined, { bearer });
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort();

async function exchanged() {
  const ann = await world.user();
  const first = (await ann.login()).body.refresh_token as string;
  const one = (await refresh(first)).body;
  return { ann, first, one };
}

describe('the refresh token that was exchanged last', () => {
  test('SE-10: is answered once more for ten seconds, with a successor of its own', async () => {
    const { ann, first, one } = await exchanged();
    wait(9);
    const other = await refresh(first);
    expect(other.status).toBe(200);
    expect(other.body.refresh_token).not.toBe(one.refresh_token);
    expect((await me(one.access_token)).status).toBe(200);
    expect((await me(other.body.access_token)).status).toBe(200);
    expect((await refresh(other.body.refresh_token)).status).toBe(200);
    expect(await eventTypesOf(world, ann.id)).not.toContain('authn_token_reuse');
  });

  test('SE-10: ends the session after that', async () => {
    const { ann, first, one } = await exchanged();
    wait(10);
    expect((await refresh(first)).status).toBe(401);
    expect((await me(one.access_token)).status).toBe(401);
    expect(await eventTypesOf(world, ann.id)).toContain('authn_token_reuse');
  });

  test('SE-10: ends the session as soon as its successor was used', async () => {
    const { first, one } = await exchanged();
    const next = (await refresh(one.refresh_token)).body;
    expect((await refresh(first)).status).toBe(401);
    expect((await refresh(next.refresh_token)).status).toBe(401);
  });

  test.each(['one', 'other'] as const)(
    'SE-10: has one successor that goes on: where %s came first',
    async (name) => {
      const { ann, first, one } = await exchanged();
      const other = (await refresh(first)).body;
      const [mine, theirs] = name === 'one' ? [one, other] : [other, one];
      const next = await refresh(mine.refresh_token);
      expect(next.status).toBe(200);
      wait(3000);
      expect((await refresh(theirs.refresh_token)).status).toBe(401);
      expect((await refresh(next.body.refresh_token)).status).toBe(401);
      expect(await eventTypesOf(world, ann.id)).toContain('authn_token_reuse');
    },
  );

  test('SE-10: is answered once where it was exchanged by an instance of the release before', async () => {
    const { first } = await exchanged();
    await sql`update refresh_tokens set repeat_until = null`.execute(world.database.owner);
    expect((await refresh(first)).status).toBe(401);
  });

  test('SE-10: is not answered once more in admin, nor where the policy says so', async () => {
    const root = await staff(world);
    const { refresh: token } = root;
    expect((await refresh(token)).status).toBe(200);
    expect((await refresh(token)).status).toBe(401);
    const { first } = await exchanged();
    await setPolicy(world, 'public', { refreshGraceSeconds: 0 });
    expect((await refresh(first)).status).toBe(401);
    await setPolicy(world, 'public', { refreshGraceSeconds: 10 });
  });

  test('SE-10: is not live in an introspection, nor is one that was overtaken', async () => {
    const { liveTokenOf } = await import('../../src/api/access/active-tokens.ts');
    const isLive = async (token: string) => {
      const { deps } = world.app;
      const ctx = { ...consoleContext(), ...deps.policySnapshot() };
      return (await liveTokenOf(deps, ctx, token)) !== null;
    };
    const { first, one } = await exchanged();
    const other = (await refresh(first)).body;
    expect([await isLive(first), await isLive(other.refresh_token)]).toEqual([false, true]);
    await refresh(one.refresh_token);
    expect(await isLive(other.refresh_token)).toBe(false);
  });

  test('SE-9: from before a raise is dead, were its successor written in the same moment', async () => {
    const ann = await world.user();
    const before = (await ann.login()).body;
    const { session } = (await me(before.access_token)).body;
    const enrolled = await ann.enrolTotp(before.access_token);
    const { db } = world.database;
    const late = await db
      .selectFrom('refreshTokens')
      .selectAll()
      .where('sessionId', '=', session.id)
      .execute();
    expect(late).toHaveLength(1);
    expect((await refresh(enrolled.refresh)).status).toBe(200);
    await db.updateTable('refreshTokens').set({ raises: 0 }).where('sessionId', '=', session.id).execute();
    expect((await refresh(enrolled.refresh)).status).toBe(401);
    expect((await me(enrolled.bearer)).status).toBe(200); // it is no theft
  });
});

describe.skipIf(!serverUrl)('of two instances', () => {
  let other: Awaited<ReturnType<typeof anotherInstance>>;
  beforeAll(async () => {
    other = await anotherInstance(world);
  });
  afterAll(() => other.close());
  const there = (refresh_token: string) => other.call('POST', '/auth/refresh', { refresh_token });

  test('SE-10: both answer the same token, and one of the successors goes on, the faster one', async () => {
    for (let round = 0; round < 25; round += 1) {
      const ann = await world.user();
      const first = (await ann.login()).body.refresh_token;
      const [one, two] = await Promise.all([refresh(first), there(first)]);
      expect(statuses([one, two])).toEqual([200, 200]);
      const used = await Promise.all([refresh(one.body.refresh_token), there(two.body.refresh_token)]);
      expect(used.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
      const left = used.filter(({ status }) => status === 200).map(({ body }) => body.refresh_token);
      for (const token of left) expect((await refresh(token)).status).toBe(401);
      expect((await me(one.body.access_token)).status).toBe(401);
      expect(await eventTypesOf(world, ann.id)).toContain('authn_token_reuse');
    }
  });

  test('SE-10: where the first comes again as its successor is used, one is refused or the family goes on', async () => {
    for (let round = 0; round < 25; round += 1) {
      const ann = await world.user();
      const first = (await ann.login()).body.refresh_token;
      const one = (await refresh(first)).body.refresh_token;
      const [again, next] = await Promise.all([refresh(first), there(one)]);
      if (again.status !== 200 || next.status !== 200) continue; // the family has ended
      expect((await refresh(again.body.refresh_token)).status).toBe(401);
      expect((await refresh(next.body.refresh_token)).status).toBe(401);
    }
  });
});
