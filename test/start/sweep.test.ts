import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { sweep } from '../../db/sweep.ts';
import { sendPasswordLink } from '../../src/features/passwords/send-password-link.ts';
import { startSweepJob } from '../../src/service/jobs/start-jobs.ts';
import { withDevice } from '../support/devices.ts';
import { forgot } from '../support/links.ts';
import { allowPasskeys, passkeyActions } from '../support/passkeys.ts';
import { mailsTo } from '../support/second-factor.ts';
import { addKey, assertionOf, fetchByAssertion, makeService, postForm } from '../support/services.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

const day = 86_400_000;

describe('what is over', () => {
  const world = useWorld();

  async function countRows() {
    const { db } = world.deps;
    const tables = [
      'logins',
      'challenges',
      'passkeyChallenges',
      'factors',
      'sessions',
      'refreshTokens',
      'sends',
      'loginThrottles',
      'outbox',
      'passwordLinks',
      'forgottenLinks',
      'letters',
      'usedAssertions',
      'revokedTokens',
      'trustedDevices',
      'deviceTokens',
    ] as const;
    const counts = tables.map(async (table) => {
      const { count } = await db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return [table, count] as const;
    });
    return Object.fromEntries(await Promise.all(counts));
  }

  test('is removed, and what is not over stays', async () => {
    const ann = await world.user();
    await ann.enrolSent('sms', { phone: '+15095550123' });
    await ann.login();
    const bob = await world.user();
    const { body } = await bob.login();
    await withDevice(world);
    vi.useRealTimers();
    await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer: body.access_token });
    const { id, secret, token } = await makeService(world);
    const { privateKey } = await addKey(world, id);
    await fetchByAssertion(world, await assertionOf(id, privateKey));
    await postForm(world, '/oauth/revoke', { token: await token(), client_id: id, client_secret: secret });
    await sendPasswordLink(world.deps, {
      tx: world.deps.db,
      user: { ...ann, language: null, email: ann.email ?? '' },
      purpose: 'invitation',
      by: null,
      now: new Date(),
    });
    await allowPasskeys(world, 'public');
    await passkeyActions(world).options();
    await forgot(world, ann.username);
    await mailsTo(world);
    const now = new Date();

    const before = await countRows();
    expect(before).toMatchObject({ usedAssertions: 1, revokedTokens: 1, trustedDevices: 1, deviceTokens: 1 });
    expect(before).toMatchObject({ passwordLinks: 1, forgottenLinks: 1, passkeyChallenges: 1 });
    expect(await sweep(world.deps.db, now)).toBe(0);
    expect(await countRows()).toEqual(before);

    const later = new Date(now.getTime() + 40 * day);
    await world.deps.db
      .insertInto('outbox')
      .values({ id: randomUUID(), messageSealed: 'x', createdAt: later, nextAttemptAt: later })
      .execute();
    expect(await sweep(world.deps.db, later)).toBeGreaterThan(0);
    const confirmed = 4; // of two people: a factor, and recovery codes
    const gone = { logins: 0, challenges: 0, sessions: 0, refreshTokens: 0, sends: 0, loginThrottles: 0 };
    const spent = { usedAssertions: 0, revokedTokens: 0, trustedDevices: 0, deviceTokens: 0 };
    const links = { passwordLinks: 0, forgottenLinks: 0, letters: 0, passkeyChallenges: 0 };
    expect(await countRows()).toEqual({ ...gone, ...spent, ...links, factors: confirmed, outbox: 1 });
  });

  test('is swept in the background, and a failing round is logged once and is not the last', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const failures: unknown[] = [];
    let rounds = 0;
    const execute = async () => {
      rounds += 1;
      throw new Error('gone');
    };
    const broken = { transaction: () => ({ execute }) };
    // A database that fails at once is all that the sweeper is to see of one here.
    const sweeper = startSweepJob(broken as unknown as World['deps']['db'], (error) => failures.push(error));
    await vi.advanceTimersByTimeAsync(61_000);
    await sweeper.close();
    vi.useRealTimers();
    expect(rounds).toBe(2);
    expect(failures).toHaveLength(1);
  });
});
