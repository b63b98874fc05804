import { sql } from 'kysely';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { connectPostgres, serviceRole } from '../../db/connect.ts';
import { enterRole } from '../../db/role.ts';
import { lateSeconds } from '../../src/domain/audit/seal.ts';
import { cutLog } from '../../src/features/audit/cut-log.ts';
import { hashOf } from '../../src/features/audit/digests.ts';
import { readLog } from '../../src/features/audit/read-log.ts';
import { mostEvents, sealEvents } from '../../src/features/audit/seal-events.ts';
import { findCut, findNeverGiven, findSeal, findSealing } from '../../src/features/audit/seal-store.ts';
import { createVault } from '../../src/lib/crypto/vault.ts';
import { wait } from '../support/actor.ts';
import { eventsDuring, inWords } from '../support/audit.ts';
import { serverUrl } from '../support/database.ts';
import {
  check,
  clearLog,
  insertEvents,
  publishedCheckpoints,
  sealedLog,
  summaryOf,
  verify,
} from '../support/sealed-log.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleClient } from '../support/world.ts';

const world = useWorld();
beforeEach(() => clearLog(world));

const next = async () =>
  (
    await sql<{ seq: number }>`
  select nextval(pg_get_serial_sequence('audit_events', 'seq'))::int as seq`.execute(world.database.owner)
  ).rows[0]?.seq;
const commitLate = (seq: number | undefined) =>
  sql`
  insert into audit_events (seq, at, type, outcome) overriding system value
  values (${seq}, ${new Date()}, 'mfa_passed', 'success')`.execute(world.database.owner);

describe('AU-5 a seal', () => {
  test('covers what was committed since the one before, names it, and is signed by a key that is not in the database', async () => {
    await insertEvents(world, 3);
    const first = await sealEvents(world.deps);
    await insertEvents(world, 2);
    const second = await sealEvents(world.deps);
    const key = world.deps.vault.signer.keys[0];
    expect(first).toMatchObject({
      number: 1,
      events: '1-3',
      count: 3,
      reached: 3,
      open: '',
      previous: '',
      key,
    });
    expect(second).toMatchObject({ number: 2, events: '4-5', count: 2, previous: first?.hash, key });
    expect(await sealEvents(world.deps)).toBeNull();
    expect(await check(world)).toMatchObject({
      fault: null,
      firstSeal: 1,
      lastSeal: 2,
      events: 5,
      unsealed: 0,
    });
  });

  test('takes so many events and no more, and the next one the rest', async () => {
    for (let at = 0; at < 6; at += 1) await insertEvents(world, 1_000);
    const [first, second] = [await sealEvents(world.deps), await sealEvents(world.deps)];
    expect([first?.count, second?.count]).toEqual([mostEvents, 6_000 - mostEvents]);
    expect(summaryOf(await check(world))).toBe('holds');
  });

  test('waits for an event whose number was passed over and that is committed late', async () => {
    await insertEvents(world, 2);
    const late = await next();
    await insertEvents(world, 2);
    expect(await sealEvents(world.deps)).toMatchObject({ events: '1-2,4-5', open: '3', reached: 5 });
    expect(summaryOf(await check(world))).toBe('holds');
    await commitLate(late);
    expect(await check(world)).toMatchObject({ fault: null, unsealed: 1 });
    await insertEvents(world, 1);
    expect(await sealEvents(world.deps)).toMatchObject({ events: '3,6', open: '', reached: 6 });
    expect(await check(world)).toMatchObject({ fault: null, events: 6, unsealed: 0 });
  });

  test('but not for ever: what comes later than that was inserted', async () => {
    await insertEvents(world, 1);
    const late = await next();
    await insertEvents(world, 1);
    await sealEvents(world.deps);
    wait(lateSeconds + 1);
    await insertEvents(world, 1);
    expect(await sealEvents(world.deps)).toMatchObject({ events: '4', open: '' });
    await commitLate(late);
    expect(await sealEvents(world.deps)).toBeNull();
    expect(summaryOf(await check(world))).toBe('inserted 2');
  });

  test('is not stopped by a forged event that is far ahead of all numbers', async () => {
    await insertEvents(world, 1);
    await commitLate(2 ** 52);
    expect(await sealEvents(world.deps)).toMatchObject({ events: '1', reached: 1 });
    await insertEvents(world, 1);
    expect(await sealEvents(world.deps)).toMatchObject({ events: '2', reached: 2 });
  });

  test('is not stopped by a million numbers that a writer of events used up in changes that were undone', async () => {
    await sealedLog(world, 1, 1);
    await sql`select setval(pg_get_serial_sequence('audit_events', 'seq'), 3000000)`.execute(
      world.database.owner,
    );
    await insertEvents(world, 1);
    expect(await check(world)).toMatchObject({ fault: null, unsealed: 1 });
    expect((await findSealing(world.deps.db)).oldestUnsealed).not.toBeNull();
    expect(await sealEvents(world.deps)).toMatchObject({ events: '3000001' });
    expect(summaryOf(await check(world))).toBe('holds');
  });

  test('a rolled back change leaves a gap and no fault', async () => {
    await insertEvents(world, 1);
    const { db } = world.database;
    await db
      .transaction()
      .execute(async (tx) => {
        await insertEvents({ ...world, database: { ...world.database, db: tx } }, 3);
        throw new Error('undone');
      })
      .catch(() => {});
    await insertEvents(world, 1);
    expect(await sealEvents(world.deps)).toMatchObject({ events: '1,5', open: '2-4' });
    expect(summaryOf(await check(world))).toBe('holds');
  });

  test('is made once, however many instances are at it', async () => {
    await insertEvents(world, 50);
    const made = await Promise.all(Array.from({ length: 8 }, () => sealEvents(world.deps)));
    expect(made.reduce((sum, seal) => sum + (seal?.count ?? 0), 0)).toBe(50);
    expect(summaryOf(await check(world))).toBe('holds');
  });
});

describe('AU-5 the audit that is verified', () => {
  test('is vouched for by the key of now, when the vault’s keys have changed', async () => {
    const old = { id: 'old', key: Buffer.alloc(32, 7) };
    const fresh = { id: 'new', key: Buffer.alloc(32, 9) };
    const having = (...keys: Parameters<typeof createVault>[0]) => ({
      ...world,
      deps: { ...world.deps, vault: createVault(keys) },
    });
    await sealedLog(having(old), 2, 3);
    expect(summaryOf(await check(having(fresh)))).toBe('unsigned seal 1');
    await sealedLog(having(fresh, old), 1, 3);
    expect(summaryOf(await check(having(fresh)))).toBe('holds');
  });

  test('is not vouched for where a stranger has sealed it anew: behind their seal nothing is sealed', async () => {
    await sealedLog(world, 2, 3);
    const stranger = createVault([{ id: 'x', key: Buffer.alloc(32, 7) }]);
    await sql`delete from audit_seals`.execute(world.database.owner);
    await sql`delete from audit_events where seq = 2`.execute(world.database.owner);
    await sealEvents({ ...world.deps, vault: stranger });
    expect(summaryOf(await check(world))).toBe('unsigned seal 1');
    await insertEvents(world, 1);
    await expect(sealEvents(world.deps)).rejects.toThrow(
      'Seal 1 was not signed by any key in VAULT_KEYS. See docs/audit.md.',
    );
    expect(summaryOf(await check(world))).toBe('unsigned seal 1');
  });

  test('goes on when the untrusted seal is gone: an attacker who can only insert stops it, and spoils nothing', async () => {
    await sealedLog(world, 1, 3);
    await sql`insert into audit_seals select 2, events, count, reached, open, last_at, sealed_at, events_hash, marks,
      previous, hash, key, signature from audit_seals`.execute(world.database.db);
    await insertEvents(world, 1);
    await expect(sealEvents(world.deps)).rejects.toThrow('Seal 2');
    expect(summaryOf(await check(world))).toBe('changed seal 2');
    await sql`delete from audit_seals where number = 2`.execute(world.database.owner);
    expect(await sealEvents(world.deps)).toMatchObject({ number: 2, events: '4' });
    expect(summaryOf(await check(world))).toBe('holds');
  });

  test('is known by the checkpoints outside to be an old copy that was restored, or to have lost its end', async () => {
    await sealedLog(world, 3, 4);
    const outside = await publishedCheckpoints(world);
    await sql`delete from audit_seals where number > 1`.execute(world.database.owner);
    await sql`delete from audit_events where seq > 4`.execute(world.database.owner);
    expect(summaryOf(await verify(world))).toBe('holds'); // nothing in it shows that
    expect(summaryOf(await verify(world, outside))).toBe('lost seal 2');
    await sealedLog(world, 1, 4);
    expect(summaryOf(await verify(world, outside))).toBe('replaced seal 2');
    await sealedLog(world, 3, 4);
    expect(summaryOf(await verify(world, outside))).toBe('replaced seal 2');
  });

  test('is compared with the published checkpoints while it goes on', async () => {
    await sealedLog(world, 3, 4);
    const outside = await publishedCheckpoints(world);
    await sealedLog(world, 1, 4);
    expect(await verify(world, outside)).toMatchObject({ fault: null, compared: 3 });
  });

  test('goes on behind a seal, in pieces, with what came late in between', async () => {
    await insertEvents(world, 2);
    const late = await next();
    await insertEvents(world, 2);
    await sealEvents(world.deps);
    await commitLate(late);
    await sealedLog(world, 3, 4);
    let after: number | undefined;
    const pieces = [];
    do {
      const report = await verify(world, await publishedCheckpoints(world), { after, most: 5 });
      pieces.push([report.firstSeal, report.lastSeal, summaryOf(report), report.events]);
      after = report.more ? report.lastSeal : undefined;
    } while (after);
    expect(pieces).toEqual([
      [1, 1, 'holds', 4],
      [2, 2, 'holds', 5],
      [3, 4, 'holds', 8],
    ]);
    await sql`delete from audit_events where seq = 13`.execute(world.database.owner);
    expect(summaryOf(await verify(world, [], { after: 2 }))).toBe('removed 13');
  });

  test('is sealed on behind a number that was forged far ahead, which no seal covers', async () => {
    await sealedLog(world, 1, 3);
    await commitLate(900_000);
    await insertEvents(world, 2);
    expect(await sealEvents(world.deps)).toMatchObject({ count: 2, events: '4-5', reached: 5 });
    expect(await sealEvents(world.deps)).toBeNull();
    expect(summaryOf(await verify(world))).toBe('inserted 900000');
  });

  test('is at fault with the very next number that was not given yet, and with none that is given meanwhile', async () => {
    await sealedLog(world, 1, 3);
    await insertEvents(world, 1);
    expect(summaryOf(await verify(world))).toBe('holds');
    await commitLate(5);
    expect(summaryOf(await verify(world))).toBe('inserted 5');
    await sql`delete from audit_events where seq = 5`.execute(world.database.owner);
    await Promise.all([
      insertEvents(world, 20),
      verify(world).then((report) => expect(summaryOf(report)).toBe('holds')),
    ]);
    expect(await findNeverGiven(world.deps.db)).toBeNull();
  });

  test('names the first seal that is missing before it holds the events of all that are', async () => {
    await sealedLog(world, 6, 2);
    const remove = (from: number, to: number) =>
      sql`delete from audit_seals where number between ${from} and ${to}`.execute(world.database.owner);
    await remove(2, 5);
    const kinds = (await Array.fromAsync(readLog(world.deps))).map((record) => Object.keys(record)[0]);
    expect(kinds.slice(0, 4)).toEqual(['event', 'event', 'seal', 'seal']);
    expect(kinds.filter((kind) => kind === 'event')).toHaveLength(12);
    expect(summaryOf(await verify(world))).toBe('removed seal 2');
  });

  test('is read in pages, and a second event of a number that ends one is found', async () => {
    for (const count of [1_000, 1_000, 5]) await insertEvents(world, count);
    await sealEvents(world.deps);
    expect(await check(world)).toMatchObject({ fault: null, events: 2_005 });
    const { owner } = world.database;
    await sql`alter table audit_events drop constraint audit_events_pkey`.execute(owner);
    onTestFinished(async () => {
      await sql`delete from audit_events`.execute(owner);
      await sql`alter table audit_events add primary key (seq)`.execute(owner);
    });
    await sql`insert into audit_events (seq, at, type, outcome) overriding system value
      values (2000, now(), 'mfa_passed', 'success')`.execute(owner);
    expect(summaryOf(await check(world))).toBe('inserted 2000');
  });

  test('where somebody should be sealing, is at fault when nothing is sealed for a minute', async () => {
    await sealedLog(world, 1, 2);
    await insertEvents(world, 1);
    expect(summaryOf(await verify(world, [], { sealing: true }))).toBe('holds');
    wait(61);
    expect((await verify(world, [], { sealing: true })).fault).toMatchObject({ kind: 'unsealed' });
    expect(await verify(world)).toMatchObject({ fault: null, unsealed: 1 });
  });
});

const monthsAgo = (months: number) => {
  const then = new Date();
  then.setUTCMonth(then.getUTCMonth() - months);
  return then;
};

test('AU-6 a month that lacks the day of today ends on its last day, not in the next', async () => {
  const year = new Date().getUTCFullYear();
  vi.setSystemTime(new Date(Date.UTC(year + 1, 2, 31, 12)));
  const months = 37; // back to February, two years ago
  for (const [month, day] of [
    [1, 20],
    [2, 2],
    [2, 9],
  ] as const) {
    await insertEvents(world, 1, new Date(Date.UTC(year - 2, month, day)));
    await sealEvents(world.deps);
  }
  expect(await cutLog(world.deps, consoleClient, { months })).toBe(1);
});

describe('AU-6 what is older than 13 months', () => {
  beforeEach(async () => {
    for (const months of [20, 14]) {
      await insertEvents(world, 3, monthsAgo(months));
      await sealEvents(world.deps);
    }
    await insertEvents(world, 3, monthsAgo(12));
    await sealEvents(world.deps);
  });

  test('goes, and the chain begins with a signed cut', async () => {
    const outside = await publishedCheckpoints(world);
    const events = await eventsDuring(world, async () =>
      expect(await cutLog(world.deps, consoleClient)).toBe(6),
    );
    expect(events.map(inWords)).toEqual(['audit_cut success']);
    expect(events[0]?.detail).toMatchObject({ seal: 2, events: 6 });
    await sealEvents(world.deps);
    const seqs = await world.database.db
      .selectFrom('auditEvents')
      .select(['seq', 'type'])
      .orderBy('seq')
      .execute();
    expect(seqs.map(({ seq }) => seq)).toEqual([7, 8, 9, 10]);
    expect(seqs.at(-1)?.type).toBe('audit_cut');
    expect(await verify(world, outside)).toMatchObject({
      fault: null,
      firstSeal: 3,
      lastSeal: 4,
      compared: 1,
    });
    expect(await cutLog(world.deps, consoleClient)).toBe(0);
  });

  test.each([
    [13, 6],
    [14, 3],
    [20, 0],
    [84, 0],
  ])('AU-6 and not earlier, where it is to be kept for %i months', async (months, gone) => {
    expect(await cutLog(world.deps, consoleClient, { months })).toBe(gone);
  });

  test.each([
    ['seals', { seals: 1, events: 100 }],
    ['events', { seals: 100, events: 5 }],
    ['fewer events than one seal has', { seals: 100, events: 1 }],
  ])('goes in portions, so that a long absence is no reason to fail: %s', async (_, most) => {
    const events = await eventsDuring(world, async () =>
      expect(await cutLog(world.deps, consoleClient, most)).toBe(6),
    );
    expect(events.map(({ detail }) => [detail?.seal, detail?.events])).toEqual([
      [1, 3],
      [2, 3],
    ]);
    expect(await check(world)).toMatchObject({ fault: null, firstSeal: 3 });
  });

  test('AU-5 and the cut is held against its signature', async () => {
    await cutLog(world.deps, consoleClient);
    const { owner } = world.database;
    for (const [set, undo] of [
      ['hash = reverse(hash)', 'hash = reverse(hash)'],
      ['reached = reached + 1', 'reached = reached - 1'],
      [`open = '7'`, `open = ''`],
      ['through = through - 1', 'through = through + 1'],
      [`cut_at = cut_at + interval '1 microsecond'`, `cut_at = cut_at - interval '1 microsecond'`],
      ['signature = reverse(signature)', 'signature = reverse(signature)'],
    ] as const) {
      await sql`update audit_cut set ${sql.raw(set)}`.execute(owner);
      expect((await check(world)).fault, set).toMatchObject({ kind: 'changed', seq: null });
      await sql`update audit_cut set ${sql.raw(undo)}`.execute(owner);
      expect(summaryOf(await check(world)), undo).toBe('holds');
    }
  });

  test('AU-5 a seal forged before the beginning is found, and cannot be cut', async () => {
    await sql`create temp table first on commit preserve rows as select * from audit_seals where number = 1`.execute(
      world.database.owner,
    );
    await cutLog(world.deps, consoleClient);
    await sql`insert into audit_seals select * from first`.execute(world.database.owner);
    expect(summaryOf(await check(world))).toBe('inserted seal 1');
    const cut = sql`select cut_audit(1, now(), 'key', 'signature')`.execute(world.database.db);
    await expect(cut).rejects.toThrow('Only what is older');
  });

  test('AU-5 a cut that nobody signed, or that is taken away, is found', async () => {
    await cutLog(world.deps, consoleClient);
    await sql`delete from audit_cut`.execute(world.database.owner);
    expect(summaryOf(await check(world))).toBe('removed seal 1');
  });

  test('AU-5 and what the owner of the tables has made look older is not, nor is that signed', async () => {
    const { owner } = world.database;
    await sealedLog(world, 2, 1);
    await sql`update audit_events set at = '2020-01-01' where seq between 7 and 9`.execute(owner);
    const young = await findSeal(owner, 3);
    const older = '2020-01-01T00:00:00.000000Z';
    await sql`update audit_seals set last_at = ${older} where number = 3`.execute(owner);
    await expect(cutLog(world.deps, consoleClient)).rejects.toThrow('Seal 3 was not signed');
    const hash = young && hashOf({ ...young, lastAt: older });
    await sql`update audit_seals set hash = ${hash} where number = 3`.execute(owner);
    await expect(cutLog(world.deps, consoleClient)).rejects.toThrow('Seal 4 was not signed');
    await sql`delete from audit_seals where number = 3`.execute(owner);
    await sql`update audit_seals set last_at = ${older} where number = 4`.execute(owner);
    await expect(cutLog(world.deps, consoleClient)).rejects.toThrow('Seal 4 was not signed');
    expect(await findCut(owner)).toBeUndefined();
    expect((await owner.selectFrom('auditEvents').select('seq').execute()).length).toBe(11);
  });

  test('AU-5 and a false date cannot make it cut something', async () => {
    const cut = (through: number) =>
      sql`select cut_audit(${through}, now(), 'key', 'signature')`.execute(world.database.db);
    await expect(cut(3)).rejects.toThrow('Only what is older');
    await sealedLog(world, 1, 1);
    await sql`update audit_seals set last_at = '2020-01-01'`.execute(world.database.owner);
    await cut(3);
    const left = await world.database.db.selectFrom('auditEvents').select('seq').orderBy('seq').execute();
    expect(left.map(({ seq }) => seq)).toEqual([7, 8, 9, 10]);
  });
});

describe('AU-5 the role of the service', () => {
  test('may read and insert, and nothing else that touches the audit', async () => {
    const database = serverUrl
      ? connectPostgres(world.database.url ?? '', 1, { role: serviceRole })
      : world.database;
    await sealedLog(world, 1, 1);
    if (!serverUrl) await enterRole(database.db);
    for (const statement of [
      `update audit_events set type = 'x'`,
      'delete from audit_events',
      'truncate audit_events',
      'update audit_seals set count = 0',
      'delete from audit_seals',
      'truncate audit_seals',
      `insert into audit_cut (through, hash, reached, open, cut_at, key, signature)
        values (1, '', 0, '', now(), '', '')`,
      'update audit_cut set through = 1',
      'delete from audit_cut',
      'drop table audit_events',
      'alter table audit_events add column x text',
      'create table x (y text)',
    ])
      await expect(sql.raw(statement).execute(database.db), statement).rejects.toThrow(
        /permission denied|must be owner/,
      );
    if (serverUrl) await database.close();
  });
});
