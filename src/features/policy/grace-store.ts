import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { everyone, type Rollout } from '../../domain/policy/rollout.ts';
import { auditInsertEach } from '../audit/audit-store.ts';

/**
 * The time since when the rollout asks user `u`, or the users of a population `p`, as SQL; null if it does not. The same
 * rule as `graceEndOf` in domain/policy/rollout.ts.
 */
export function askedSince({ targets }: Pick<Rollout, 'targets'>, of: 'u' | 'p' = 'u') {
  const roles = sql.ref(`${of}.roles`);
  const since = Object.entries(targets).map(([name, at]) =>
    name === everyone
      ? sql`${at}::timestamptz`
      : sql`case when ${name} = any(${roles}) then ${at}::timestamptz end`,
  );
  return since.length === 0 ? sql`null::timestamptz` : sql`least(${sql.join(since)})`;
}

const enrolled = sql`exists (select from factors f where f.user_id = u.id and f.confirmed_at is not null
  and not f.is_backup)`;
const exempt = (now: Date) => sql`exists (select from exemptions e where e.user_id = u.id
  and e.ended_at is null and e.ends_at > ${now})`;

/**
 * Begins the grace of users who must enrol and have none, and audits it. Returns the number of users, at most `most`.
 */
export async function beginGraces(db: Db, rollout: Rollout, most: number, now: Date): Promise<number> {
  const since = askedSince(rollout);
  const length = sql`${rollout.graceSeconds} * interval '1 second'`;
  const about = sql`
    select begun.user_id, u.username, null as method, null::uuid as factor_id, jsonb_build_object('ends_at', begun.ends_at) as detail
    from begun join users u on u.id = begun.user_id`;
  const { rows } = await sql`
    with begun as (
      insert into graces (user_id, started_at, ends_at)
      select u.id, greatest(${since}, u.created_at), greatest(${since}, u.created_at) + ${length} from users u
      where u.status = 'active' and ${since} is not null and not ${enrolled} and not ${exempt(now)}
        and not exists (select from graces g where g.user_id = u.id)
      limit ${most} on conflict do nothing returning user_id, ends_at
    ), audited as (${auditInsertEach({ type: 'grace_started', outcome: 'success' }, null, now, about)})
    select user_id from begun`.execute(db);
  return rows.length;
}

/** A user who must enrol and has no second factor. */
export type Unenrolled = {
  readonly username: string;
  readonly email: string | null;
  readonly language: string | null;
  readonly endsAt: Date;
};

/**
 * Marks reminder `at` (0, 1 or 2) as sent wherever it is due, and returns the users to remind. No user gets the same
 * reminder twice, or an earlier one that was missed.
 */
export async function takeReminders(
  tx: Db,
  { at, begunBefore, most }: { readonly at: number; readonly begunBefore: Date; readonly most: number },
  now: Date,
): Promise<readonly Unenrolled[]> {
  const { rows } = await sql<Unenrolled>`
    with due as (
      select g.user_id from graces g join users u on u.id = g.user_id
      where g.reminders <= ${at} and g.started_at <= ${begunBefore} and g.ends_at > ${now}
        and u.status = 'active' and not ${enrolled} and not ${exempt(now)}
      limit ${most} for update of g skip locked
    )
    update graces g set reminders = ${at + 1} from due, users u where g.user_id = due.user_id and u.id = g.user_id
    returning u.username, u.email, u.language, g.ends_at`.execute(tx);
  return rows;
}

/**
 * Marks users who have begun a grace and have no factor as reminded by an administrator, and returns them. Leaves out
 * users who were reminded after `before`.
 */
export async function takeUnenrolled(
  tx: Db,
  { before, most }: { readonly before: Date; readonly most: number },
  now: Date,
): Promise<readonly Unenrolled[]> {
  const { rows } = await sql<Unenrolled>`
    with due as (
      select g.user_id from graces g join users u on u.id = g.user_id
      where (g.reminded_at is null or g.reminded_at <= ${before}) and u.status = 'active' and u.email is not null
        and not ${enrolled} and not ${exempt(now)}
      limit ${most} for update of g skip locked
    )
    update graces g set reminded_at = ${now} from due, users u where g.user_id = due.user_id and u.id = g.user_id
    returning u.username, u.email, u.language, g.ends_at`.execute(tx);
  return rows;
}
