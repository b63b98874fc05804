import { type RawBuilder, sql } from 'kysely';

/**
 * How many users there are of each population, by what time decides about them, as SQL with the columns population_id,
 * grace_over, exempt, approved and users. `grace_over` is null for users without a grace period, `approved` is whether
 * the exemption has an approver. It reads the kept counts, and rows of only those users whose state changes today or who
 * have an exemption. See the migration 0044.
 */
export function crowdAt(now: Date): RawBuilder<unknown> {
  const today = sql`(${now}::timestamptz at time zone 'UTC')::date`;
  const moved = sql`(values (true, 1), (false, -1)) moved (there, n)`; // away from a count, and to another
  return sql`
    select population_id, grace_over, exempt, approved, sum(users)::int as users from (
      select population_id, day < ${today} as grace_over, false as exempt, false as approved, users
      from user_counts where what = 'grace'
      union all
      select population_id, there, false, false, n from user_facts, ${moved}
      where grace_ends_at >= (${today}::timestamp at time zone 'UTC') and grace_ends_at <= ${now}
      union all
      select f.population_id, f.grace_ends_at <= ${now}, there, there and e.approved, n
      from (${exemptUsers(now)}) e join user_facts f using (user_id), ${moved}
    ) parts group by 1, 2, 3, 4 having sum(users) <> 0`;
}

/** The users with an exemption now, as SQL with the columns user_id and approved. */
export function exemptUsers(now: Date): RawBuilder<unknown> {
  return sql`select user_id, bool_or(approved_by is not null) as approved from exemptions
    where ended_at is null and ends_at > ${now} group by user_id`;
}

/** The kinds `f` of confirmed factors of a population `p`, as SQL for a FROM clause. */
export const kindsOf = sql`jsonb_to_recordset(p.kinds)
  as f (method text, is_backup boolean, is_passkey boolean, disabled boolean)`;

/** Whether a kind `f` counts for adoption, as SQL. */
export const countsForAdoption = sql`not f.disabled and not f.is_backup`;
