import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { sweep } from '../../db/sweep.ts';
import { forgetFactorWords } from '../../src/features/mfa/forget-factor-words.ts';
import { wait } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { freshPhone } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

type Entry = {
  readonly factor_id: string;
  readonly method: string;
  readonly label: string | null;
  readonly hint: string | null;
  readonly last_used_at: string | null;
  readonly removed: { readonly at: string; readonly cause: string; readonly by?: string | null } | null;
};

const world = useWorld();
const because = { reason: 'lost the phone' };
let root: Staff;
beforeEach(async () => {
  root = await staff(world);
});

const historyOf = async (id: string): Promise<readonly Entry[]> =>
  (await root.get(`/admin/users/${id}/factor-history`)).body.factors;
const endsOf = async (id: string) =>
  (await historyOf(id)).map(({ method, removed }) => [
    method,
    removed?.cause ?? 'bound',
    removed?.by ?? null,
  ]);
const sorted = (ends: readonly (readonly unknown[])[]) => ends.map((end) => end.join(' ')).sort();

describe('the history of factors', () => {
  test('LC-2 keeps what was removed, with when it was bound and used, and when it went', async () => {
    const ann = await world.user();
    const { bearer, factorId } = await ann.enrolTotp(undefined, { label: 'Old phone' });
    const bound = new Date().toISOString();
    wait(60);
    await ann.enrolSent('sms', { phone: freshPhone() }, bearer);
    const removed = await world.call('DELETE', `/auth/mfa/factors/${factorId}`, undefined, { bearer });
    expect(removed.status).toBe(204);
    const history = await historyOf(ann.id);
    expect(history.find((one) => one.factor_id === factorId)).toEqual({
      factor_id: factorId,
      method: 'totp',
      label: 'Old phone',
      hint: null,
      backup: false,
      bound_at: bound,
      last_used_at: bound,
      removed: { at: new Date().toISOString(), cause: 'removed', by: null },
    });
    expect(history[0]).toMatchObject({ method: 'sms', removed: null });
    expect(history[0]?.hint).toMatch(/^\+1•+\d\d$/);
  });

  test('LC-2 says of each how it went: switched off, reset, replaced, expired', async () => {
    const ann = await world.user();
    const first = await ann.enrolTotp();
    const how = { bearer: first.bearer };
    const { password } = ann;
    const regenerated = world.call('POST', '/auth/mfa/recovery-codes/regenerate', { password }, how);
    expect((await regenerated).status).toBe(200);
    expect((await world.call('POST', '/auth/mfa/disable', { password }, how)).status).toBe(200);
    expect(sorted(await endsOf(ann.id))).toEqual([
      'recovery_code replaced ',
      'recovery_code switched_off ',
      'totp switched_off ',
    ]);

    const bob = await world.user();
    await bob.enrolTotp();
    for (const uses of [1, 2]) {
      const made = await root.post(`/admin/users/${bob.id}/bypass-codes`, {
        ...because,
        uses,
        expires_in: 60,
      });
      expect(made.status).toBe(201);
    }
    wait(3_700);
    await sweep(world.database.db, new Date());
    root = await staff(world);
    expect((await root.post(`/admin/users/${bob.id}/mfa/reset`, because)).status).toBe(204);
    const [older, newer] = (await historyOf(bob.id)).filter(({ method }) => method === 'bypass_code');
    expect([older?.removed?.cause, newer?.removed?.cause].sort()).toEqual(['expired', 'replaced']);
    expect(sorted(await endsOf(bob.id)).filter((one) => !one.startsWith('bypass'))).toEqual([
      `recovery_code reset ${root.username}`,
      `totp reset ${root.username}`,
    ]);
  });

  test('is of bound factors alone, and holds no secret', async () => {
    const ann = await world.user();
    const { bearer, factorId, secret, codes } = await ann.enrolTotp();
    await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    await root.post(`/admin/users/${ann.id}/mfa/reset`, because);
    const { rows } = await sql<{ id: string }>`
      select * from former_factors where user_id = ${ann.id}`.execute(world.database.db);
    expect(rows.map(({ id }) => id)).toContain(factorId);
    expect(rows).toHaveLength(2);
    for (const one of [secret, ...codes]) expect(JSON.stringify(rows)).not.toContain(one);
    expect(Object.keys(rows[0] ?? {}).join()).not.toMatch(/data|sealed/i);
  });

  test('is shown to its owner, without who of the helpdesk it was', async () => {
    const ann = await world.user();
    const old = await ann.enrolTotp();
    wait(60);
    await root.post(`/admin/users/${ann.id}/mfa/reset`, because);
    const token = (await ann.login()).body.enrollment_token;
    const { bearer } = await ann.enrolTotp(token);
    const { status, body } = await world.call('GET', '/auth/mfa/factor-history', undefined, { bearer });
    expect(status).toBe(200);
    expect(body.factors.map(({ removed }: Entry) => removed?.cause ?? null)).toEqual([
      null,
      null,
      'reset',
      'reset',
    ]);
    const entry = body.factors.find((one: Entry) => one.factor_id === old.factorId);
    expect(Object.keys(entry.removed)).toEqual(['at', 'cause']);
    expect(JSON.stringify(body)).not.toContain(root.username);
    const stranger = await world.call('GET', `/admin/users/${ann.id}/factor-history`, undefined, { bearer });
    expect(stranger.status).toBe(401);
  });

  test('comes in pages, and no page repeats a factor of another page', async () => {
    const ann = await world.user();
    const { bearer } = await ann.enrolTotp();
    const { password } = ann;
    for (let made = 0; made < 3; made += 1)
      await world.call('POST', '/auth/mfa/recovery-codes/regenerate', { password }, { bearer });
    const seen: string[] = [];
    for (let query = '?limit=2'; ; ) {
      const { body } = await root.get(`/admin/users/${ann.id}/factor-history${query}`);
      seen.push(...body.factors.map((one: Entry) => one.factor_id));
      if (body.next_cursor === null) break;
      query = `?limit=2&cursor=${body.next_cursor}`;
    }
    expect(seen).toEqual((await historyOf(ann.id)).map(({ factor_id }) => factor_id));
    expect(new Set(seen).size).toBe(5);
    for (const query of ['?limit=0', '?limit=201', '?cursor=x'])
      expect((await root.get(`/admin/users/${ann.id}/factor-history${query}`)).status).toBe(400);
    const nobody = '00000000-0000-4000-8000-000000000000';
    expect((await root.get(`/admin/users/${nobody}/factor-history`)).status).toBe(404);
  });

  test('LC-2 forgets names when the audit of that time is gone, and never that there was a factor', async () => {
    const ann = await world.user();
    const { factorId } = await ann.enrolTotp(undefined, { label: 'Old phone' });
    await root.post(`/admin/users/${ann.id}/mfa/reset`, because);
    const monthsOn = (months: number) => new Date(Date.now() + months * 31 * 86_400_000);
    const gone = async () => (await historyOf(ann.id)).find((one) => one.factor_id === factorId);
    await forgetFactorWords(world.deps, 13, monthsOn(12));
    expect(await gone()).toMatchObject({ label: 'Old phone', removed: { by: root.username } });
    await forgetFactorWords(world.deps, 13, monthsOn(14));
    expect(await gone()).toMatchObject({
      method: 'totp',
      label: null,
      removed: { cause: 'reset', by: null },
    });
  });

  test.skipIf(!serverUrl)('LC-2 cannot be taken back by the service', async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    await root.post(`/admin/users/${ann.id}/mfa/reset`, because);
    for (const statement of [
      sql`delete from former_factors where user_id = ${ann.id}`,
      sql`update former_factors set removed_at = ${new Date()} where user_id = ${ann.id}`,
    ])
      await expect(statement.execute(world.deps.db)).rejects.toThrow('permission denied');
  });

  test('goes with the account', async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    await root.post(`/admin/users/${ann.id}/mfa/reset`, because);
    const rows = world.database.db.selectFrom('formerFactors').select('id').where('userId', '=', ann.id);
    expect(await rows.execute()).toHaveLength(2);
    await world.deps.db.deleteFrom('users').where('id', '=', ann.id).execute();
    expect(await rows.execute()).toEqual([]);
  });
});
