import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import { beginOfDay, type DayCounts, dayMs } from '../../domain/adoption/days.ts';
import type { EventType } from '../../domain/audit/events.ts';

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

/**
 * Puts every active user in one group. It reads each table once, in memory. With PostgreSQL's default `work_mem`, the
 * factors of a hundred thousand users would go to disk.
 */
export async function countGroups(db: Db, now: Date): Promise<readonly Group[]> {
  const { rows } = await inTransaction(db, async (tx) => {
    await sql`set local work_mem = '32MB'`.execute(tx);
    return sql<Omit<Group, 'methods'> & { methods: string | null }>`
      select u.roles, e.methods, g.ends_at > ${now} as in_grace, count(*)::int as users from users u
      left join (
        select user_id, string_agg(method, ' ') as methods from factors
        where confirmed_at is not null and disabled_at is null and not is_backup group by user_id
      ) e on e.user_id = u.id
      left join graces g on g.user_id = u.id and e.user_id is null and not exists (
        select from exemptions x where x.user_id = u.id and x.ended_at is null and x.ends_at > ${now})
      where u.status = 'active' group by 1, 2, 3`.execute(tx);
  });
  return rows.map(({ methods, ...group }) => ({ ...group, methods: methods?.split(' ') ?? [] }));
}

const passTypes: readonly EventType[] = [
  'mfa_passed',
  'mfa_proof_issued',
  'mfa_recovery_code_used',
  'mfa_bypass_code_used',
];
/** The types of event that can be the first of a session. Later events of the session raise its level. */
const loginTypes: readonly EventType[] = [...passTypes, 'authn_login_success', 'mfa_factor_added'];
const counted: readonly EventType[] = [
  ...loginTypes,
  'mfa_failed',
  'authn_login_lock',
  'user_imported',
  'policy_would_refuse',
];

/**
 * Counts a day from the audit events. It also reads the day before, because no session lives longer than a day. A
 * session with events on the day before was not opened on this day.
 */
export async function countDay(db: Db, day: string): Promise<DayCounts> {
  const from = beginOfDay(day);
  const before = new Date(from.getTime() - dayMs);
  const end = new Date(from.getTime() + dayMs);
  const { rows } = await sql<DayCounts>`
    with event as materialized (
      select at, type, method, session_id from audit_events
      where at >= ${before} and at < ${end} and type = any(${counted})
    ),
    opened as (
      select session_id from event where type = any(${loginTypes}) and session_id is not null
      group by session_id having min(at) >= ${from}
    )
    select (select count(*)::int from opened) as logins,
      count(*) filter (where type = any(${passTypes}))::int as passed,
      count(*) filter (where type = 'mfa_failed')::int as failed,
      count(*) filter (where type = 'mfa_recovery_code_used')::int as recovery_codes_used,
      count(*) filter (where type = 'mfa_bypass_code_used')::int as bypass_codes_used,
      count(*) filter (where type = 'authn_login_lock')::int as lockouts,
      count(*) filter (where type = 'mfa_factor_added' or (type = 'user_imported' and method is not null))::int
        as enrolled,
      count(*) filter (where type = 'policy_would_refuse')::int as would_refuse
    from event where at >= ${from}`.execute(db);
  if (!rows[0]) throw new Error('An aggregate gave no row');
  return rows[0];
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

/** Does nothing if the day is stored already, because two instances count the same for one day. */
export async function keepDay(db: Db, day: string, counts: DayCounts): Promise<void> {
  await db
    .insertInto('adoptionDays')
    .values({ day, ...counts })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
