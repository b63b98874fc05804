import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../db/connect.ts';
import { retryOnConflict } from '../../db/retry.ts';
import { sweep } from '../../db/sweep.ts';
import { presets } from '../../src/domain/policy/policy.ts';
import { toStored } from '../../src/domain/policy/stored-policy.ts';
import { readAdoption } from '../../src/features/adoption/read-adoption.ts';
import { findRollout } from '../../src/features/policy/rollout-store.ts';
import { simulateArea } from '../../src/features/policy/simulate-area.ts';
import { serverUrl } from '../support/database.ts';
import { fillDatabase } from '../support/fill-database.ts';
import { rowsRead } from '../support/rows-read.ts';
import { useWorld } from '../support/use-world.ts';

const hour = 3_600_000;

/** What the migration 0044 keeps, counted from the rows themselves. */
async function countedAnew(db: Db) {
  const { rows } = await sql`
    with known as (
      select u.*, (select string_agg(distinct concat_ws('/', method, is_backup, is_passkey, disabled_at is not null), ' ')
          from factors f where f.user_id = u.id and confirmed_at is not null) as kinds,
        (select min(confirmed_at) from factors f where f.user_id = u.id and disabled_at is null and not is_backup) as since,
        (select ends_at from graces g where g.user_id = u.id) as ends_at
      from users u
    )
    select 'grace' as what, status, array(select distinct unnest(roles) order by 1) as roles, passwordless,
      mfa_reset_at is not null as reset, kinds, to_char(ends_at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::int as users
    from known group by 1, 2, 3, 4, 5, 6, 7
    union all
    select 'joined', null, null, null, null, null, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD'), count(*)::int
    from known where status = 'active' group by 7
    union all
    select 'enrolled', null, null, null, null, null, to_char(since at time zone 'UTC', 'YYYY-MM-DD'), count(*)::int
    from known where status = 'active' and since is not null group by 7`.execute(db);
  return rows.map((row) => JSON.stringify(row)).sort();
}

async function kept(db: Db) {
  const { rows } = await sql`
    select c.what, p.status, p.roles, p.passwordless, p.reset,
      (select string_agg(concat_ws('/', k.method, k.is_backup, k.is_passkey, k.disabled), ' '
          order by concat_ws('/', k.method, k.is_backup, k.is_passkey, k.disabled))
        from jsonb_to_recordset(p.kinds) k (method text, is_backup boolean, is_passkey boolean, disabled boolean)) as kinds,
      to_char(c.day, 'YYYY-MM-DD') as day, sum(c.users)::int as users
    from user_counts c left join populations p on p.id = c.population_id
    group by 1, 2, 3, 4, 5, 6, 7 having sum(c.users) <> 0`.execute(db);
  return rows.map((row) => JSON.stringify(row)).sort();
}

describe.skipIf(!serverUrl)('the kept counts', () => {
  const world = useWorld();

  const made = (db: Db, ids: readonly string[]) =>
    db
      .insertInto('users')
      .values(
        ids.map((id) => ({
          ...{ id, username: `r${id}`, passwordHash: 'x', passwordChangedAt: new Date(), roles: ['user'] },
          createdAt: new Date(Date.now() - Math.floor(Math.random() * 5) * 24 * hour),
        })),
      )
      .execute();
  const factorOf = (userId: string, method: string, confirmed = true) => ({
    ...{ id: randomUUID(), userId, method, label: method, dataSealed: 'x', createdAt: new Date() },
    ...{ isBackup: method === 'recovery_code', confirmedAt: confirmed ? new Date() : null },
  });

  test('are a full count, after a random history of concurrent writes', async () => {
    const { owner } = world.database; // may delete users
    const { db } = world.database;
    const ids = Array.from({ length: 12 }, () => randomUUID());
    await made(db, ids);
    const oneOf = <T>(many: readonly T[]) => many[Math.floor(Math.random() * many.length)] as T;
    const user = () => oneOf(ids);
    const flip = () => Math.random() < 0.5;
    const factorsOf = sql`(select id from factors where user_id = ${user()}::uuid order by random() limit 1)`;
    const writes: ((tx: Db) => Promise<unknown>)[] = [
      (tx) =>
        tx
          .insertInto('factors')
          .values([factorOf(user(), 'totp'), factorOf(user(), 'sms', flip())])
          .execute(),
      (tx) =>
        tx
          .insertInto('factors')
          .values(factorOf(user(), oneOf(['recovery_code', 'webauthn'])))
          .execute(),
      (tx) =>
        tx.updateTable('factors').set({ confirmedAt: new Date() }).where('userId', '=', user()).execute(),
      (tx) =>
        tx
          .updateTable('factors')
          .set({ disabledAt: flip() ? new Date() : null })
          .where('userId', '=', user())
          .execute(),
      (tx) => tx.updateTable('factors').set({ isPasskey: flip() }).where('userId', '=', user()).execute(),
      (tx) =>
        tx.updateTable('factors').set({ lastUsedAt: new Date() }).where('userId', '=', user()).execute(),
      (tx) => sql`delete from factors where id = ${factorsOf}`.execute(tx),
      (tx) => tx.deleteFrom('factors').where('userId', '=', user()).execute(),
      (tx) =>
        tx
          .updateTable('users')
          .set({ roles: oneOf([['user'], ['vendor', 'user'], ['admin']]) })
          .where('id', '=', user())
          .execute(),
      (tx) =>
        tx
          .updateTable('users')
          .set({ status: oneOf(['active', 'disabled']) })
          .where('id', '=', user())
          .execute(),
      (tx) =>
        tx
          .updateTable('users')
          .set({ passwordless: flip(), mfaResetAt: flip() ? new Date() : null })
          .where('id', 'in', [user(), user()])
          .execute(),
      (tx) =>
        tx
          .insertInto('graces')
          .values({
            userId: user(),
            startedAt: new Date(),
            endsAt: new Date(Date.now() + 50 * Math.random() * hour),
          })
          .onConflict((conflict) => conflict.column('userId').doUpdateSet({ endsAt: new Date() }))
          .execute(),
      (tx) => tx.deleteFrom('graces').where('userId', '=', user()).execute(),
      async (tx) => {
        const fresh = [randomUUID(), randomUUID()];
        await made(tx, fresh);
        await tx
          .insertInto('factors')
          .values(fresh.map((id) => factorOf(id, 'totp')))
          .execute();
      },
      (tx) => tx.deleteFrom('users').where('id', 'not in', ids).execute(),
    ];
    const history = async () => {
      for (let step = 0; step < 60; step += 1)
        await retryOnConflict(() =>
          owner.transaction().execute(async (tx) => {
            for (let part = 0; part < 2; part += 1) await oneOf(writes)(tx);
            if (Math.random() < 0.15) throw new Error('undone');
          }),
        ).catch((error) => {
          if (String(error) !== 'Error: undone' && !/23503|40P01/.test(String(Object(error).code)))
            throw error;
        });
    };
    const more = Array.from({ length: 3 }, () => ({ run: history }));
    await Promise.all(more.map(({ run }) => run()));
    expect(await kept(db)).toEqual(await countedAnew(db));

    await sql`insert into user_counts (what, day, users) select 'joined', '2020-01-01', n from generate_series(-600, 600) n`.execute(
      owner,
    ); // they are zero together
    await sweep(db, new Date());
    expect(await kept(db)).toEqual(await countedAnew(db));
    const { rows } = await sql<{ left: number }>`
      select count(*)::int as left from user_counts where not folded`.execute(db);
    expect(rows).toEqual([{ left: 0 }]);
  });

  test('have both factors of a user who confirms two at once', async () => {
    const { db } = world.database;
    const id = randomUUID();
    await made(db, [id]);
    const [first, second] = [await db.startTransaction().execute(), await db.startTransaction().execute()];
    await first.insertInto('factors').values(factorOf(id, 'totp')).execute();
    const waiting = second.insertInto('factors').values(factorOf(id, 'sms')).execute();
    for (let waits = false; !waits; ) {
      const { rows } = await sql<{ waits: boolean }>`select exists (select from pg_locks where not granted
        and pid in (select pid from pg_stat_activity where datname = current_database())) as waits`.execute(
        db,
      );
      waits = rows[0]?.waits ?? false;
    }
    await first.commit().execute();
    await waiting;
    await second.commit().execute();
    expect(await kept(db)).toEqual(await countedAnew(db));
  });
});

// A database of its own: how many rows the plans read depends on the populations, and the histories above make a random
// number of them.
describe.skipIf(!serverUrl)('the kept counts of ten thousand users', () => {
  const world = useWorld();
  const many = 10_000;
  const few = 3_000; // of all nodes of a plan: they see the users of a page several times
  beforeAll(() =>
    fillDatabase(world.database.url, async (owner) => {
      const numbers = sql`generate_series(1, ${many}::int) n`;
      const idOf = sql`md5('kept' || n)::uuid`;
      await sql`insert into users (id, username, password_hash, password_changed_at, roles, created_at)
        select ${idOf}, 'kept' || n, 'x', now(), array['user'], now() - interval '3 days' from ${numbers}`.execute(
        owner,
      );
      await sql`insert into factors (id, user_id, method, label, data_sealed, created_at, confirmed_at)
        select gen_random_uuid(), ${idOf}, 'totp', 'App', 'x', now(), now() from ${numbers} where n % 10 <> 3`.execute(
        owner,
      );
      await sql`insert into graces (user_id, started_at, ends_at)
        select ${idOf}, now(), now() + interval '3 days' from ${numbers} where n % 10 = 3`.execute(owner);
      await sql`vacuum analyze`.execute(owner); // as autovacuum leaves the tables
    }),
  );

  test('adoption reads few rows, also by plans that are kept', async () => {
    const { url } = world.database;
    for (const table of ['user_counts', 'from users', 'factors', '"users"', 'graces']) {
      const asks = rowsRead(url ?? '', table, (own) => readAdoption(own, 1));
      if (table === 'user_counts' || table === 'from users') expect(await asks).toBeLessThan(few);
      else await expect(asks).rejects.toThrow(); // nothing asks these
    }
  });

  test.each(['refused', 'asked_more'] as const)(
    'the simulation of a policy reads few rows: %s',
    async (of) => {
      const { url } = world.database;
      const policies = presets.standard;
      const targets = { '*': new Date(Date.now() - 24 * hour) };
      const rollout = { ...(await findRollout(world.database.db)), phase: 'full', targets } as const;
      const { providers } = world.deps;
      for (const cursor of ['', 'kept5'])
        for (const change of [{ mfa: 'required' }, { mfa: 'if_enrolled', minLevel: '2' }] as const) {
          const policy = { ...toStored(policies.public), ...change };
          const rows = await rowsRead(url ?? '', 'kinds as', (own) =>
            simulateArea({ db: own.db, providers, policies, preset: policies, rollout }, 'public', policy, {
              ...{ of, cursor, limit: 50 },
            }),
          );
          expect(rows).toBeLessThan(few);
        }
    },
  );
});
