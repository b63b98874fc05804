import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { countEncrypted } from '../../src/features/vault-rotation/count-encrypted.ts';
import { encryptedColumns } from '../../src/features/vault-rotation/encrypted-columns.ts';
import { replaceEncrypted } from '../../src/features/vault-rotation/encrypted-store.ts';
import {
  firstPosition,
  type Position,
  reencryptBatch,
} from '../../src/features/vault-rotation/reencrypt-vault.ts';
import { createVault, keyIdOf, type VaultKey } from '../../src/lib/crypto/vault.ts';
import { startReencryptionJob } from '../../src/service/jobs/start-jobs.ts';
import { codeOf, wait } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { anotherInstance } from '../support/instance.ts';
import { until } from '../support/programs.ts';
import { mailsTo } from '../support/second-factor.ts';
import { useRestoredWorld } from '../support/use-world.ts';

const oldKey: VaultKey = { id: 'k_1', key: randomBytes(32) };
const newKey: VaultKey = { id: 'k2', key: randomBytes(32) };
const rotated = createVault([newKey, oldKey]);

const world = useRestoredWorld('everything that is sealed counts', { vault: createVault([oldKey]) });

/** A run through everything, as the background makes it. */
async function resealAll(vault = rotated) {
  const batches = [];
  for (let at: Position | null = firstPosition; at !== null; ) {
    const batch: Awaited<ReturnType<typeof reencryptBatch>> = await reencryptBatch(
      { db: world.deps.db, vault },
      at,
    );
    batches.push(batch);
    at = batch.next;
  }
  return batches.reduce((sum, one) => sum + one.reencrypted, 0);
}

const left = async () =>
  Object.fromEntries(
    (await countEncrypted(world.deps)).map(({ table, keyId, count }) => [`${table} ${keyId}`, count]),
  );
const vaultEvents = async () => {
  const rows = await world.database.db.selectFrom('auditEvents').selectAll().orderBy('seq').execute();
  return rows.filter(({ type }) => type === 'vault_resealed');
};

/** Something sealed in every column: an app with recovery codes, a text message under way, a mail in the outbox. */
async function everySealed() {
  const ann = await world.user();
  const { secret, codes } = await ann.enrolTotp();
  const bob = await world.user();
  await bob.enrolSent('sms', { phone: '+15093000001' });
  wait(31);
  const challenge = (await bob.login()).body;
  return { ann, secret, codes, bob, challenge, code: bob.lastCode('sms') };
}

test('OT-8 knows every column that holds something sealed', async () => {
  const { rows } = await sql<{ tableName: string; columnName: string }>`
    select table_name, column_name from information_schema.columns
    where table_schema = current_schema() and column_name like '%\\_sealed'`.execute(world.database.db);
  const known = encryptedColumns.map(({ table, column }) => `${table}.${column}`);
  expect(rows.map(({ tableName, columnName }) => `${tableName}.${columnName}`).sort()).toEqual(known.sort());
});

describe('OT-8 when the first key of the vault has changed', () => {
  test('everything is sealed anew, and goes on working without the old key', async () => {
    const { ann, secret, codes, bob, challenge, code } = await everySealed();
    const before = await left();
    expect(Object.keys(before).sort()).toEqual([
      'challenges k_1',
      'factors k_1',
      'outbox k_1',
      'signing_keys k_1',
    ]);
    const all = Object.values(before).reduce((sum, count) => sum + count, 0);
    expect(await resealAll()).toBe(all);
    expect(await left()).toEqual(
      Object.fromEntries(Object.entries(before).map(([name, count]) => [name.replace('k_1', 'k2'), count])),
    );

    const without = await anotherInstance(world, { vault: createVault([newKey]) });
    const verify = (temp_token: string, mfa_token: string) =>
      without.call('POST', '/auth/mfa/verify', { temp_token, mfa_token });
    for (const right of [codeOf(secret), codes[0] ?? '']) {
      const { username, password } = ann;
      const { body } = await without.call('POST', '/auth/login', { username, password });
      expect((await verify(body.temp_token, right)).status).toBe(200);
    }
    expect(await verify(challenge.temp_token, code)).toMatchObject({ type: '/problems/mfa-token-invalid' }); // its mac was by the old key
    expect(await mailsTo({ ...world, deps: without.deps }, bob.email)).not.toEqual([]);
    await without.close();
  });

  test('a code that was sent before is taken as long as the old key is there', async () => {
    const { challenge, code } = await everySealed();
    await resealAll();
    const next = await anotherInstance(world, { vault: rotated });
    const answer = await next.call('POST', '/auth/mfa/verify', {
      temp_token: challenge.temp_token,
      mfa_token: code,
    });
    expect(answer.status).toBe(200);
    await next.close();
  });

  test('instances that seal with one and with the other understand each other', async () => {
    const early = await anotherInstance(world, { vault: rotated });
    const late = await anotherInstance(world, { vault: createVault([oldKey, newKey]) });
    const bob = await world.user();
    await bob.enrolSent('sms', { phone: '+15093000002' });
    for (const [sends, checks] of [
      [early, late],
      [late, early],
    ] as const) {
      wait(31);
      const { body } = await sends.call('POST', '/auth/login', {
        username: bob.username,
        password: bob.password,
      });
      const mfa_token = bob.lastCode('sms');
      const answer = await checks.call('POST', '/auth/mfa/verify', {
        temp_token: body.temp_token,
        mfa_token,
      });
      expect(answer.status).toBe(200);
    }
    await early.close();
    await late.close();
  });

  test('a second run finds nothing, audits nothing and changes nothing', async () => {
    await everySealed();
    await resealAll();
    const events = await vaultEvents();
    const rows = await world.deps.db.selectFrom('factors').selectAll().execute();
    expect(await resealAll()).toBe(0);
    expect(await vaultEvents()).toEqual(events);
    expect(await world.deps.db.selectFrom('factors').selectAll().execute()).toEqual(rows);
  });

  test('AU-7 the audit records each batch, in counts alone', async () => {
    await everySealed();
    const before = await left();
    await resealAll();
    expect((await vaultEvents()).map(({ outcome, detail }) => ({ outcome, detail }))).toEqual(
      ['signing_keys', 'outbox', 'challenges', 'factors'].map((table) => ({
        outcome: 'success',
        detail: { table, key: 'k2', values: before[`${table} k_1`], lost: 0, severity: 'info' },
      })),
    );
  });

  test('a value that no key decrypts stays, is reported, and stops no other value', async () => {
    await everySealed();
    const foreign = createVault([{ id: 'gone', key: randomBytes(32) }]);
    const [victim] = await world.deps.db.selectFrom('factors').selectAll().orderBy('id').execute();
    const dataSealed = foreign.encrypt('{}', { table: 'factors', row: 'x', column: 'data_sealed' });
    await world.deps.db
      .updateTable('factors')
      .set({ dataSealed })
      .where('id', '=', victim?.id ?? '')
      .execute();
    await resealAll();
    const counts = await left();
    expect(counts).toMatchObject({ 'factors gone': 1 });
    expect(counts).not.toHaveProperty('factors k_1');
    expect((await vaultEvents()).at(-1)).toMatchObject({ outcome: 'failure', detail: { lost: 1 } });
  });

  test('a change that came between what was read and what is written stays', async () => {
    const { ann, secret } = await everySealed();
    const factors = encryptedColumns.find(({ table }) => table === 'factors');
    if (!factors) throw new Error('No factors');
    const read = await world.deps.db.selectFrom('factors').selectAll().where('userId', '=', ann.id).execute();
    wait(30);
    const used = codeOf(secret);
    expect((await ann.verify((await ann.login()).body.temp_token, used)).status).toBe(200);
    const stale = read.map(({ id, userId, dataSealed }) => {
      const place = factors.associatedDataOf(id, userId);
      return {
        key: id,
        sealed: dataSealed,
        fresh: rotated.encrypt(world.deps.vault.decrypt(dataSealed, place), place),
      };
    });
    // Of the two factors the recovery codes were not touched meanwhile; the app remembers its code.
    expect(await replaceEncrypted(world.deps.db, factors, stale)).toBe(1);
    const again = await ann.verify((await ann.login()).body.temp_token, used);
    expect(again.type).toBe('/problems/mfa-token-used');
  });

  test('codes go on being taken once while a run is under way', async () => {
    const person = async () => {
      const ann = await world.user();
      return { ann, ...(await ann.enrolTotp()) };
    };
    const people = await Promise.all(Array.from({ length: 6 }, person));
    wait(30);
    const next = await anotherInstance(world, { vault: rotated });
    const verify = async ({ ann, secret }: (typeof people)[number]) => {
      const { body } = await next.call('POST', '/auth/login', {
        username: ann.username,
        password: ann.password,
      });
      const answers = [];
      for (let time = 0; time < 2; time += 1)
        answers.push(
          await next.call('POST', '/auth/mfa/verify', {
            temp_token: body.temp_token,
            mfa_token: codeOf(secret),
          }),
        );
      return answers.map(({ status }) => status);
    };
    const [, ...answers] = await Promise.all([resealAll(), ...people.map(verify)]);
    expect(answers).toEqual(people.map(() => [200, 401]));
    await resealAll();
    const factors = await world.deps.db.selectFrom('factors').select('dataSealed').execute();
    expect(new Set(factors.map(({ dataSealed }) => keyIdOf(dataSealed)))).toEqual(new Set(['k2']));
    await next.close();
  });

  // The embedded database has one connection, so there is nobody to hold the lock.
  test.skipIf(!serverUrl)('one instance at a time is at it; the others wait for nothing', async () => {
    await everySealed();
    const other = await anotherInstance(world);
    await other.deps.db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtext('sallyport reseal'))`.execute(tx);
      const batch = await reencryptBatch({ db: world.deps.db, vault: rotated }, firstPosition);
      expect(batch).toEqual({ next: firstPosition, reencrypted: 0, lost: 0 });
    });
    await other.close();
    expect(await resealAll()).toBeGreaterThan(0);
  });

  test('more rows than fit into a batch are all reached', async () => {
    const ann = await world.user();
    const now = new Date();
    const rows = Array.from({ length: 1_201 }, (_, at) => {
      const id = `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
      const place = { table: 'outbox', row: id, column: 'message_sealed' };
      return { id, messageSealed: world.deps.vault.encrypt('{}', place), createdAt: now, nextAttemptAt: now };
    });
    await world.deps.db.insertInto('outbox').values(rows).execute();
    expect(ann.id).toBeDefined();
    await resealAll();
    const counts = await left();
    expect(counts['outbox k2']).toBeGreaterThanOrEqual(1_201);
    expect(counts).not.toHaveProperty('outbox k_1');
    expect((await vaultEvents()).filter(({ detail }) => Object(detail).table === 'outbox').length).toBe(3);
  });
});

describe('in the background', () => {
  test('it is done in rounds after the start, then looked at again after an hour', async () => {
    await everySealed();
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: Date.now() });
    const failures: unknown[] = [];
    const resealer = startReencryptionJob({ db: world.deps.db, vault: rotated }, (error) =>
      failures.push(error),
    );
    const rounds = async (count: number, ms = 500) => {
      for (let round = 0; round < count; round += 1) {
        await vi.advanceTimersByTimeAsync(ms);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    };
    const old = async () => Object.keys(await left()).filter((name) => name.endsWith('k_1'));
    await until('all is sealed anew', async () => {
      await rounds(1);
      return (await old()).length === 0;
    });

    const late = await world.user(); // by an instance that still seals with the old key
    await late.enrolTotp();
    await rounds(4);
    expect(await left()).toHaveProperty('factors k_1');
    await rounds(1, 60 * 60 * 1000);
    await until('what came late is sealed anew', async () => {
      await rounds(1);
      return (await old()).length === 0;
    });
    await resealer.close();
    expect(failures).toEqual([]);
  });

  test('where there is one key there is nothing to do', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const silent = { transaction: () => expect.unreachable() } as unknown as typeof world.deps.db;
    const resealer = startReencryptionJob({ db: silent, vault: createVault([newKey]) }, () =>
      expect.unreachable(),
    );
    await vi.advanceTimersByTimeAsync(10_000);
    await resealer.close();
  });
});
