import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { listKeys } from '../../src/features/tokens/list-keys.ts';
import { revokeKey } from '../../src/features/tokens/retire-keys.ts';
import { followKeys, rotateDueKeys } from '../../src/features/tokens/rotate-due-keys.ts';
import { rotateKeys } from '../../src/features/tokens/rotate-keys.ts';
import { readSigningKeys } from '../../src/features/tokens/signing-keys.ts';
import { startSigningKeyJob } from '../../src/service/jobs/start-jobs.ts';
import { wait } from '../support/actor.ts';
import { claimsOf, keyOf, signed } from '../support/forge.ts';
import { anotherInstance } from '../support/instance.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext, type World } from '../support/world.ts';

const minute = 60;
const day = 24 * 60 * minute;

const world = useWorld();
let other: Awaited<ReturnType<typeof anotherInstance>>;
beforeAll(async () => {
  other = await anotherInstance(world);
});
afterAll(() => other.close());

/** As after the first start: one key, just made, and not published. */
beforeEach(async () => {
  const { owner } = world.database;
  await owner.deleteFrom('signingKeys').execute();
  await owner.deleteFrom('auditEvents').where('type', 'like', 'signing_key%').execute();
  await rotateDueKeys(world.deps, 0);
  for (const { deps } of both()) await followKeys(deps);
});

const both = () => [world, other];
const kidOf = (token: string) => String(decodeProtectedHeader(token).kid);
const me = async (bearer: string, at: Pick<World, 'call'> = world) =>
  (await at.call('GET', '/auth/me', undefined, { bearer })).status;
const published = async (at: Pick<World, 'call'> = world): Promise<string[]> => {
  const { body } = await at.call('GET', '/.well-known/jwks.json');
  return body.keys.map(({ kid }: { kid: string }) => kid);
};
const tokenOf = async (at: Pick<World, 'call'> = world): Promise<string> => {
  const { username, password } = await world.user();
  return (await at.call('POST', '/auth/login', { username, password })).body.access_token;
};
const rotate = async (atOnce = false) => {
  wait(1); // two keys of the same millisecond would be equally new
  const made = await rotateKeys(world.deps, consoleContext(), { atOnce, actorId: null });
  if (!made) throw new Error('Nothing was rotated');
  return made;
};
/** Both instances know these keys by notification: they have no other source here. */
const untilBothKnow = (kids: readonly string[]) =>
  expect
    .poll(async () => [await published(world), await published(other)], { timeout: 60_000, interval: 20 })
    .toEqual([kids, kids]);
const keyEvents = async () => {
  const rows = await world.database.db.selectFrom('auditEvents').selectAll().orderBy('seq').execute();
  return rows.filter(({ type }) => type.startsWith('signing_key'));
};

describe('JW-6 a rotation without an outage', () => {
  test('publishes the new key on every instance before it signs, and goes on taking what the old one signed', async () => {
    const old = (await keyOf(world)).kid;
    const before = await tokenOf();
    const { kid, signsFrom, made } = await rotate();
    expect(made).toBe(true);
    expect(signsFrom.getTime() - Date.now()).toBeGreaterThanOrEqual(10 * minute * 1000);
    await untilBothKnow([kid, old]);

    for (const at of both()) expect(kidOf(await tokenOf(at))).toBe(old);
    wait(10 * minute - 1);
    const last = await tokenOf();
    expect(kidOf(last)).toBe(old);
    wait(1);
    for (const at of both()) {
      const token = await tokenOf(at);
      expect(kidOf(token)).toBe(kid);
      for (const asked of both()) expect(await me(token, asked)).toBe(200);
      expect(await me(before, at)).toBe(200);
      expect(await me(last, at)).toBe(200);
    }
    expect(await published()).toEqual([kid, old]);
  });

  test('attack 39 keeps the old key for a day after it stopped, then refuses what it signs and erases its private part', async () => {
    const oldKey = await keyOf(world);
    const { kid } = await rotate();
    await untilBothKnow([kid, oldKey.kid]);
    wait(10 * minute + day + minute - 1);
    expect(await published()).toEqual([kid, oldKey.kid]);
    const fresh = await tokenOf();
    const byOld = await signed(oldKey, claimsOf(fresh));
    for (const at of both()) expect(await me(byOld, at)).toBe(200);

    wait(1);
    for (const at of both()) {
      expect(await published(at)).toEqual([kid]);
      expect(await me(byOld, at)).toBe(401); // remembered as verified, and all the same
      expect(await me(await signed(oldKey, claimsOf(fresh)), at)).toBe(401);
      expect(await me(fresh, at)).toBe(200);
    }
    const row = () =>
      world.deps.db.selectFrom('signingKeys').selectAll().where('kid', '=', oldKey.kid).execute();
    expect(await row()).toHaveLength(1);
    await rotateDueKeys(world.deps, 0);
    expect(await row()).toEqual([]);
    for (const at of both()) await followKeys(at.deps);
    for (const at of both()) expect(await me(fresh, at)).toBe(200);
    expect((await keyEvents()).map(({ type }) => type)).toEqual([
      'signing_keys_rotated',
      'signing_key_retired',
    ]);
  });

  test('a proof and an enrolment token from before a rotation still work after it', async () => {
    const root = await world.user({ roles: ['admin'] });
    const { enrollment_token } = (await root.login('admin')).body;
    const { kid } = await rotate(true);
    await expect.poll(async () => (await published())[0]).toBe(kid);
    const { bearer } = await root.enrolTotp(enrollment_token);
    expect(kidOf(bearer)).toBe(kid);
    expect(await me(bearer)).toBe(200);
  });

  test('two at once make one key', async () => {
    for (const atOnce of [false, true]) {
      wait(11 * minute);
      const all = await Promise.all(
        Array.from({ length: 6 }, (_, at) =>
          rotateKeys(at % 2 ? world.deps : other.deps, consoleContext(), { atOnce, actorId: null }),
        ),
      );
      expect(new Set(all.map((one) => one?.kid)).size).toBe(1);
      expect(all.filter((one) => one?.made)).toHaveLength(1);
    }
    expect(await readSigningKeys(world.deps)).toHaveLength(3);
    expect(await keyEvents()).toHaveLength(2);
  });

  test('while one waits, another changes nothing', async () => {
    const first = await rotate();
    wait(5 * minute);
    expect(await rotate()).toEqual({ ...first, made: false });
    wait(6 * minute);
    expect((await rotate()).made).toBe(true);
  });

  test('an instance that missed the word follows in its next round', async () => {
    const deaf = await createWorldOnSame(world);
    const { kid } = await rotate();
    await untilBothKnow([kid, (await keyOfSigner(world)).kid]);
    expect(await published(deaf)).not.toContain(kid);
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: Date.now() });
    const failures: unknown[] = [];
    const keeper = startSigningKeyJob(deaf.deps, 0, (error) => failures.push(error));
    await vi.advanceTimersByTimeAsync(4_999);
    await keeper.close();
    expect(failures).toEqual([]);
    expect(await published(deaf)).toContain(kid);
    await deaf.close();
  });

  test('a key that cannot be read leaves those that there were in use', async () => {
    const token = await tokenOf();
    await world.deps.db.updateTable('signingKeys').set({ privateSealed: 'test.AAAA.AAAA' }).execute();
    await expect(followKeys(world.deps)).rejects.toThrow();
    expect(await me(token)).toBe(200);
    expect(await me(await tokenOf())).toBe(200);
  });
});

describe('by the calendar', () => {
  test('the next key is made when the newest has signed for so many days', async () => {
    wait(90 * day - 1);
    await rotateDueKeys(world.deps, 90);
    expect(await keyEvents()).toEqual([]);
    wait(1);
    await Promise.all(both().map(({ deps }) => rotateDueKeys(deps, 90)));
    await rotateDueKeys(world.deps, 90);
    expect(await keyEvents()).toMatchObject([
      {
        type: 'signing_keys_rotated',
        outcome: 'success',
        actorId: null,
        detail: { by_schedule: true, at_once: false },
      },
    ]);
    expect((await listKeys(world.deps)).map(({ phase }) => phase)).toEqual(['waiting', 'signing']);
    wait(90 * day + 10 * minute);
    await rotateDueKeys(world.deps, 90);
    expect((await listKeys(world.deps)).map(({ phase }) => phase)).toEqual(['waiting', 'signing']);
  });

  test('nothing is made by itself where it says 0', async () => {
    wait(1000 * day);
    await rotateDueKeys(world.deps, 0);
    expect(await keyEvents()).toEqual([]);
  });

  test('a key is made where there is none, and all go on with it', async () => {
    await world.deps.db.deleteFrom('signingKeys').execute();
    await rotateDueKeys(world.deps, 0);
    for (const at of both()) await followKeys(at.deps);
    expect(await me(await tokenOf(), other)).toBe(200);
  });
});

describe('attack 39 a key that leaked', () => {
  test('is replaced at once, and everything that it signed dies when it is revoked, on every instance', async () => {
    const leaked = await keyOf(world);
    const ann = await world.user();
    const tokens = (await ann.login()).body;
    const waiting = await rotate();
    const { kid } = await rotate(true);
    expect(kid).not.toBe(waiting.kid); // it may have leaked as well
    await untilBothKnow([kid, leaked.kid]);
    for (const at of both()) expect(kidOf(await tokenOf(at))).toBe(kid);
    expect(await me(tokens.access_token)).toBe(200);

    expect(await revokeKey(world.deps, consoleContext(), leaked.kid, null)).toEqual({ signer: kid });
    await untilBothKnow([kid]);
    for (const at of both()) {
      expect(await me(tokens.access_token, at)).toBe(401);
      expect(await me(await signed(leaked, claimsOf(await tokenOf())), at)).toBe(401);
    }
    const refreshed = await other.call('POST', '/auth/refresh', { refresh_token: tokens.refresh_token });
    expect(await me(refreshed.body.access_token)).toBe(200);
    const rows = await world.deps.db.selectFrom('signingKeys').select('kid').execute();
    expect(rows).toEqual([{ kid }]);
    expect((await keyEvents()).map(({ type, detail }) => [type, Object(detail).kid])).toEqual([
      ['signing_keys_rotated', waiting.kid],
      ['signing_keys_rotated', kid],
      ['signing_key_revoked', leaked.kid],
    ]);
  });

  test('leaves another in its place where it was the one that signs, never an older one', async () => {
    const oldest = (await keyOf(world)).kid;
    const { kid: leaked } = await rotate(true);
    wait(1);
    const { signer } = await revokeKey(world.deps, consoleContext(), leaked, null);
    expect([oldest, leaked]).not.toContain(signer);
    await untilBothKnow([signer, oldest]);
    expect(kidOf(await tokenOf())).toBe(signer);
    expect((await listKeys(world.deps)).map(({ kid, phase }) => [kid, phase])).toEqual([
      [signer, 'signing'],
      [oldest, 'verifying'],
    ]);
  });

  test('does not bring a retired one back', async () => {
    const oldest = await keyOf(world);
    const { kid: leaked } = await rotate(true);
    wait(day + minute);
    const { signer } = await revokeKey(world.deps, consoleContext(), leaked, null);
    await untilBothKnow([signer]);
    expect(await me(await signed(oldest, claimsOf(await tokenOf())))).toBe(401);
  });

  test('that there is not is 404', async () => {
    await expect(revokeKey(world.deps, consoleContext(), 'A'.repeat(43), null)).rejects.toThrow('Not found');
    expect(await keyEvents()).toEqual([]);
  });
});

describe('/admin/keys', () => {
  async function admin(roles: Parameters<World['user']>[0] = { roles: ['admin'] }) {
    const root = await world.user(roles);
    const { enrollment_token } = (await root.login('admin')).body;
    return { ...root, ...(await root.enrolTotp(enrollment_token)) };
  }

  test('JW-6 an administrator rotates, lists and revokes; the audit names who', async () => {
    const { id, bearer } = await admin();
    const [first] = await published();
    const rotated = await world.call('POST', '/admin/keys/rotate', {}, { bearer });
    expect(rotated).toMatchObject({ status: 200, body: { made: true } });
    const again = await world.call('POST', '/admin/keys/rotate', {}, { bearer });
    expect(again.body).toEqual({ ...rotated.body, made: false });
    const { body } = await world.call('GET', '/admin/keys', undefined, { bearer });
    expect(body.keys).toMatchObject([
      { kid: rotated.body.kid, phase: 'waiting', signs_from: rotated.body.signs_from, retires_at: null },
      { kid: first, phase: 'signing', retires_at: expect.any(String) },
    ]);
    wait(1);
    const hurried = await world.call('POST', '/admin/keys/rotate', { at_once: true }, { bearer });
    expect(hurried.body.made).toBe(true);
    const revoked = await world.call('DELETE', `/admin/keys/${first}`, undefined, { bearer });
    expect(revoked).toMatchObject({ status: 200, body: { signer: hurried.body.kid } });
    expect((await keyEvents()).map(({ type, actorId }) => [type, actorId])).toEqual([
      ['signing_keys_rotated', id],
      ['signing_keys_rotated', id],
      ['signing_key_revoked', id],
    ]);
    await untilBothKnow([hurried.body.kid]);
    expect(await me(bearer)).toBe(401);
  });

  const writes = [
    ['POST', '/admin/keys/rotate', {}],
    ['DELETE', `/admin/keys/${'A'.repeat(43)}`, undefined],
  ] as const;

  test.each(writes)('SE-12 %s %s asks for a factor that is fresh', async (method, url, body) => {
    const { bearer } = await admin();
    wait(5 * minute - 1);
    const refreshed = await world.call(method, url, body, { bearer });
    expect(refreshed.type).not.toBe('/problems/mfa-token-required');
    const late = await admin();
    wait(4 * minute);
    await world.call('POST', '/auth/sessions/activity', undefined, { bearer: late.bearer });
    const { refresh_token, access_token } = (
      await world.call('POST', '/auth/refresh', { refresh_token: late.refresh })
    ).body;
    expect(refresh_token).toBeDefined();
    wait(61);
    expect(await world.call(method, url, body, { bearer: access_token })).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-required',
    });
  });

  test.each([...writes, ['GET', '/admin/keys', undefined] as const])(
    'SE-4 %s %s is for administrators alone',
    async (method, url, body) => {
      for (const role of ['helpdesk', 'auditor'] as const) {
        const { bearer } = await admin({ roles: [role] });
        expect(await world.call(method, url, body, { bearer })).toMatchObject({
          status: 403,
          type: '/problems/insufficient-scope',
          body: { scope: 'keys:write' },
        });
      }
      const { access_token } = (await (await world.user({ roles: ['admin'] })).login('public')).body;
      expect((await world.call(method, url, body, { bearer: access_token })).status).toBe(401);
      expect((await world.call(method, url, body)).status).toBe(401);
      expect((await keyEvents()).length).toBe(0);
    },
  );

  test('what is no kid is refused, one that is nobody’s is 404', async () => {
    const { bearer } = await admin();
    expect((await world.call('DELETE', '/admin/keys/x', undefined, { bearer })).status).toBe(400);
    expect((await world.call('DELETE', `/admin/keys/${'A'.repeat(43)}`, undefined, { bearer })).status).toBe(
      404,
    );
    expect((await world.call('POST', '/admin/keys/rotate', { now: true }, { bearer })).status).toBe(400);
    expect((await world.call('POST', '/admin/keys/rotate', { at_once: 'yes' }, { bearer })).status).toBe(400);
  });
});

/** The key that signs now: of all that there are, the oldest here. */
async function keyOfSigner({ deps }: World) {
  const [signer] = (await readSigningKeys(deps)).slice(-1);
  if (!signer) throw new Error('No signing key');
  return signer;
}

/** An instance that receives no notifications. */
async function createWorldOnSame(of: World) {
  const database = { ...of.database, listen: async () => {} };
  return anotherInstance({ ...of, database: { ...database, url: null } });
}
