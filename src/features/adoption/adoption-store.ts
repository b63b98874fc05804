import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { beginOfDay, type DayCounts, dayMs, type HourCounts } from '../../domain/adoption/days.ts';
import type { EventType } from '../../domain/audit/events.ts';
import { countsForAdoption, crowdAt, kindsOf } from './crowd-store.ts';

/**
 * Users with the same roles, the same methods and the same state in the rollout. `methods` may name a method twice.
 */
export type Group = {
  readonly roles: readonly string[];
  readonly methods: readonly string[];
  /**
   * For users without a method and without an exemption: whether their grace period continues. Null if there is no
   * grace period, and for all other users.
   */
  readonly inGrace: boolean | null;
  readonly users: number;
};

/** Puts every active user in one group, from the kept counts. */
export async function countGroups(db: Db, now: Date): Promise<readonly Group[]> {
  const { rows } = await sql<Group>`
    select p.roles, coalesce(e.methods, '{}') as methods,
      case when e.methods is null and not c.exempt then not c.grace_over end as in_grace, c.users
    from (${crowdAt(now)}) c join populations p on p.id = c.population_id
    left join lateral (
      select array_agg(f.method) as methods from ${kindsOf} where ${countsForAdoption}
    ) e on true
    where p.status = 'active'`.execute(db);
  return rows;
}

const passTypes: readonly EventType[] = [
  'mfa_passed',
  'mfa_proof_issued',
  'mfa_recovery_code_used',
  'mfa_bypass_code_used',
];
const counted: readonly EventType[] = [
  ...passTypes,
  'authn_login_success',
  'mfa_factor_added',
  'mfa_failed',
  'authn_login_lock',
  'user_imported',
  'policy_would_refuse',
];

/** Counts the audit events of each hour from `from` until `until`. An hour without events is left out. */
export async function countHours(db: Db, from: Date, until: Date): Promise<readonly HourCounts[]> {
  const { rows } = await sql<HourCounts>`
    select date_trunc('hour', at, 'UTC') as hour,
      count(*) filter (where type = 'authn_login_success')::int as logins,
      count(*) filter (where type = any(${passTypes}))::int as passed,
      count(*) filter (where type = 'mfa_failed')::int as failed,
      count(*) filter (where type = 'mfa_recovery_code_used')::int as recovery_codes_used,
      count(*) filter (where type = 'mfa_bypass_code_used')::int as bypass_codes_used,
      count(*) filter (where type = 'authn_login_lock')::int as lockouts,
      count(*) filter (where type = 'mfa_factor_added' or (type = 'user_imported' and method is not null))::int
        as enrolled,
      count(*) filter (where type = 'policy_would_refuse')::int as would_refuse
    from audit_events where at >= ${from} and at < ${until} and type = any(${counted}) group by 1`.execute(
    db,
  );
  return rows;
}

/** The kept hours of a day, oldest first. */
export async function findKeptHours(db: Db, day: string): Promise<readonly HourCounts[]> {
  const from = beginOfDay(day);
  return db
    .selectFrom('adoptionHours')
    .selectAll()
    .where('hour', '>=', from)
    .where('hour', '<', new Date(from.getTime() + dayMs))
    .orderBy('hour')
    .execute();
}

/** Does nothing for an hour that is stored already, because two instances count the same. */
export async function keepHours(db: Db, hours: readonly HourCounts[]): Promise<void> {
  if (hours.length === 0) return;
  await db
    .insertInto('adoptionHours')
    .values([...hours])
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The time of the first audit event; null if there is none. */
export async function findFirstEvent(db: Db): Promise<Date | null> {
  const { rows } = await sql<{ first: Date | null }>`select min(at) as first from audit_events`.execute(db);
  return rows[0]?.first ?? null;
}

export async function findKeptDays(db: Db, since: string): Promise<ReadonlyMap<string, DayCounts>> {
  const { rows } = await sql<{ name: string } & DayCounts>`
    select to_char(day, 'YYYY-MM-DD') as name, logins, passed, failed, recovery_codes_used, bypass_codes_used, lockouts,
      enrolled, would_refuse
    from adoption_days where day >= ${since}::date`.execute(db);
  return new Map(rows.map(({ name, ...counts }) => [name, counts]));
}

/**
 * Keeps a day in place of its hours. Does nothing if the day is stored already, because two instances count the same for
 * one day.
 */
export async function keepDay(db: Db, day: string, counts: DayCounts): Promise<void> {
  await db
    .insertInto('adoptionDays')
    .values({ day, ...counts })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const end = new Date(beginOfDay(day).getTime() + dayMs);
  await db.deleteFrom('adoptionHours').where('hour', '<', end).execute();
}
