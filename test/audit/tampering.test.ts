import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../db/connect.ts';
import { publishedCheckpoints, sealedLog, summaryOf, verify } from '../support/sealed-log.ts';
import { createWorld, type World } from '../support/world.ts';

const seals = 6;
const each = 7;
const events = seals * each;
const rounds = 400; // others in each run

let world: World;
let outside: Awaited<ReturnType<typeof publishedCheckpoints>>;
beforeAll(async () => {
  world = await createWorld();
  await sealedLog(world, seals, each);
  outside = await publishedCheckpoints(world);
  // An owner may, too.
  await sql`alter table audit_events drop constraint audit_events_readable`.execute(world.database.owner);
});
afterAll(() => world.close());

class Undo extends Error {}

/** Does something to the tables as their owner, verifies, and takes it back. */
async function afterwards(tamper: (db: Db) => Promise<unknown>): Promise<string> {
  let found = '';
  const done = world.database.owner.transaction().execute(async (tx) => {
    await tamper(tx);
    found = summaryOf(await verify({ ...world, deps: { ...world.deps, db: tx } }, outside));
    throw new Undo();
  });
  await done.catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error;
  });
  return found;
}

const seq = fc.integer({ min: 1, max: events });
const seal = fc.integer({ min: 1, max: seals });
const sealOf = (number: number) => Math.ceil(number / each);

/** What may be done to an event that changes what it says. */
const edits = [
  `at = at + interval '1 microsecond'`,
  `at = at - interval '1 day'`,
  `at = (to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || ' UTC BC')::timestamptz`,
  `type = type || 'x'`,
  `outcome = case outcome when 'success' then 'failure' else 'success' end`,
  `user_id = coalesce(null, gen_random_uuid())`,
  `actor_id = gen_random_uuid()`,
  `area = coalesce(area, '') || 'x'`,
  `method = coalesce(method, '') || 'x'`,
  `factor_id = gen_random_uuid()`,
  `session_id = gen_random_uuid()`,
  `request_id = gen_random_uuid()::text`,
  `ip = '192.0.2.77'`,
  `user_agent = coalesce(user_agent, '') || ' '`,
  `detail = coalesce(detail, '{}') || '{"left": -1}'`,
  `detail = jsonb_build_object('was', detail)`,
];
const sealEdits = [
  `events = events || ',999'`,
  `count = count + 1`,
  `reached = reached + 1`,
  `open = '1'`,
  `last_at = last_at + interval '1 microsecond'`,
  `sealed_at = sealed_at - interval '1 microsecond'`,
  `events_hash = reverse(events_hash)`,
  `marks = reverse(marks)`,
  `previous = previous || 'A'`,
  `hash = reverse(hash)`,
  `key = reverse(key)`,
  `signature = reverse(signature)`,
];

type Case = { readonly what: string; readonly do: (db: Db) => Promise<unknown>; readonly finds: string };

const edit: fc.Arbitrary<Case> = fc.tuple(seq, fc.constantFrom(...edits)).map(([number, set]) => ({
  what: `event ${number}: ${set}`,
  do: (db) => sql`update audit_events set ${sql.raw(set)} where seq = ${number}`.execute(db),
  finds: `changed ${number}`,
}));
const deletion: fc.Arbitrary<Case> = seq.map((number) => ({
  what: `event ${number} deleted`,
  do: (db) => sql`delete from audit_events where seq = ${number}`.execute(db),
  finds: `removed ${number}`,
}));
const swap: fc.Arbitrary<Case> = fc
  .uniqueArray(seq, { minLength: 2, maxLength: 2 })
  .map((pair) => pair.sort((a, b) => a - b))
  .map(([a = 0, b = 0]) => ({
    what: `events ${a} and ${b} swapped`,
    do: async (db) => {
      const renumber = (from: number, to: number) =>
        sql`insert into audit_events overriding system value
          select ${to}::bigint, at, type, outcome, user_id, actor_id, area, method, factor_id, session_id, request_id, ip,
            user_agent, detail from audit_events where seq = ${from}`.execute(db);
      const remove = (number: number) => sql`delete from audit_events where seq = ${number}`.execute(db);
      for (const [from, to] of [
        [a, 9_000],
        [b, a],
        [9_000, b],
      ] as const) {
        await remove(to);
        await renumber(from, to);
      }
      await remove(9_000);
    },
    finds: sealOf(a) === sealOf(b) ? `reordered ${a}` : `changed ${a}`,
  }));
/** Numbers are given out once, so a forged event takes one that none has; or one far ahead of all. */
const insertion: fc.Arbitrary<Case> = fc
  .constantFrom(-(2 ** 60), -3, 0, 8_000, 1_500_000, 2 ** 60)
  .map((number) => ({
    what: `an event inserted at ${number}`,
    do: (db) =>
      sql`insert into audit_events (seq, at, type, outcome) overriding system value
    values (${number}, '2026-01-01', 'mfa_passed', 'success')`.execute(db),
    finds: `inserted ${number}`,
  }));
const gap: fc.Arbitrary<Case> = seq
  .filter((number) => number > each)
  .map((number) => ({
    what: `event ${number} deleted and forged`,
    do: async (db) => {
      await sql`delete from audit_events where seq = ${number}`.execute(db);
      await sql`insert into audit_events (seq, at, type, outcome) overriding system value
        values (${number}, '2026-01-01', 'mfa_passed', 'success')`.execute(db);
    },
    finds: `changed ${number}`,
  }));
/** An attacker who may change the tables may also drop their keys. */
const double: fc.Arbitrary<Case> = fc
  .tuple(seq, fc.constantFrom('2026-01-01', '2000-01-01'))
  .map(([number, at]) => ({
    what: `a second event ${number}`,
    do: async (db) => {
      await sql`alter table audit_events drop constraint audit_events_pkey`.execute(db);
      await sql`insert into audit_events (seq, at, type, outcome) overriding system value
        values (${number}, ${at}, 'mfa_passed', 'success')`.execute(db);
    },
    finds: `inserted ${number}`,
  }));
const truncation: fc.Arbitrary<Case> = seq.map((number) => ({
  what: `events from ${number} on cut off`,
  do: (db) => sql`delete from audit_events where seq >= ${number}`.execute(db),
  finds: `removed ${number}`,
}));
const sealEdit: fc.Arbitrary<Case> = fc.tuple(seal, fc.constantFrom(...sealEdits)).map(([number, set]) => ({
  what: `seal ${number}: ${set}`,
  do: (db) => sql`update audit_seals set ${sql.raw(set)} where number = ${number}`.execute(db),
  finds: `changed seal ${number}`,
}));
const sealDeletion: fc.Arbitrary<Case> = seal.map((number) => ({
  what: `seal ${number} deleted`,
  do: (db) => sql`delete from audit_seals where number = ${number}`.execute(db),
  finds: number === seals ? `lost seal ${number}` : `removed seal ${number}`,
}));
const middleCut: fc.Arbitrary<Case> = seal.map((number) => ({
  what: `seal ${number} deleted, with its events`,
  do: async (db) => {
    await sql`delete from audit_seals where number = ${number}`.execute(db);
    await sql`delete from audit_events where (seq + ${each - 1}) / ${each} = ${number}`.execute(db);
  },
  finds: number === seals ? `lost seal ${number}` : `removed seal ${number}`,
}));
const sealSwap: fc.Arbitrary<Case> = fc
  .uniqueArray(seal, { minLength: 2, maxLength: 2 })
  .map((pair) => pair.sort((a, b) => a - b))
  .map(([a = 0, b = 0]) => ({
    what: `seals ${a} and ${b} swapped`,
    do: async (db) => {
      for (const [from, to] of [
        [a, 900],
        [b, a],
        [900, b],
      ] as const)
        await sql`update audit_seals set number = ${to} where number = ${from}`.execute(db);
    },
    finds: `changed seal ${a}`,
  }));
const tailCut: fc.Arbitrary<Case> = seal.map((number) => ({
  what: `seals from ${number} on cut off, with their events`,
  do: async (db) => {
    await sql`delete from audit_seals where number >= ${number}`.execute(db);
    await sql`delete from audit_events where seq > ${(number - 1) * each}`.execute(db);
  },
  finds: `lost seal ${number}`,
}));
const sealInsertion: fc.Arbitrary<Case> = seal.map((number) => ({
  what: `a copy of seal ${number} at the end`,
  do: (db) =>
    sql`insert into audit_seals select ${seals + 1}::bigint, events, count, reached, open, last_at, sealed_at,
    events_hash, marks, previous, hash, key, signature from audit_seals where number = ${number}`.execute(db),
  finds: `changed seal ${seals + 1}`,
}));

const single = fc.oneof(
  { weight: 4, arbitrary: edit },
  { weight: 2, arbitrary: deletion },
  { weight: 2, arbitrary: swap },
  { weight: 1, arbitrary: insertion },
  { weight: 1, arbitrary: gap },
  { weight: 1, arbitrary: double },
  { weight: 2, arbitrary: truncation },
  { weight: 3, arbitrary: sealEdit },
  { weight: 1, arbitrary: sealDeletion },
  { weight: 1, arbitrary: middleCut },
  { weight: 1, arbitrary: sealSwap },
  { weight: 1, arbitrary: tailCut },
  { weight: 1, arbitrary: sealInsertion },
);

/** Two edits of the same kind of record, in any order: the first record is named. */
const twice: fc.Arbitrary<Case> = fc
  .oneof(
    fc.uniqueArray(fc.oneof(edit, deletion), {
      minLength: 2,
      maxLength: 2,
      selector: ({ finds }) => numberIn(finds),
    }),
    fc.uniqueArray(sealEdit, { minLength: 2, maxLength: 2, selector: ({ finds }) => numberIn(finds) }),
  )
  .map((cases) => ({
    what: cases.map(({ what }) => what).join(', and '),
    do: async (db) => {
      for (const one of cases) await one.do(db);
    },
    finds: cases.map(({ finds }) => finds).sort((a, b) => numberIn(a) - numberIn(b))[0] ?? '',
  }));
const numberIn = (found: string) => Number(found.split(' ').at(-1));

const tampering = fc.oneof({ weight: 19, arbitrary: single }, { weight: 4, arbitrary: twice });

describe('AU-5 the audit', () => {
  test('holds where nobody has touched it', async () => {
    expect(await afterwards(async () => {})).toBe('holds');
  });

  test.each([
    ['of all seals', 'delete from audit_seals'],
    ['of all events', 'delete from audit_events'],
    ['of everything', 'delete from audit_seals; delete from audit_events'],
  ])('names the first record where nothing is left %s', async (_, statements) => {
    const found = await afterwards(async (db) => {
      for (const statement of statements.split('; ')) await sql.raw(statement).execute(db);
    });
    expect(found).toBe(statements === 'delete from audit_events' ? 'removed 1' : 'lost seal 1');
  });

  test(`names the first bad record of ${rounds} edits, deletions, swaps, insertions and truncations`, async () => {
    for (const { what, finds, ...one } of fc.sample(tampering, rounds))
      expect(await afterwards(one.do), what).toBe(finds);
  });
});
