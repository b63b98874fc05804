import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { Policies } from '../../domain/policy/policy.ts';
import { type Rollout, sensitiveRoutes } from '../../domain/policy/rollout.ts';
import { askedSince } from './grace-store.ts';

type ShutOutUser = {
  readonly id: string;
  readonly username: string;
  /** The time from which the user can only enrol. */
  readonly at: Date;
  readonly newly: boolean;
};

export type ShutOut = {
  /** Active users without a second factor, in areas that leave the second factor to the rollout. */
  readonly unenrolled: number;
  readonly now: number;
  /** The users of `now` whom the present rollout still admits at this moment. */
  readonly newlyNow: number;
  readonly later: number;
  readonly sensitiveNow: number;
  readonly sensitiveLater: number;
  /** The users of `later` by day (UTC). */
  readonly days: readonly { readonly day: string; readonly users: number }[];
  readonly page: readonly ShutOutUser[];
};

/**
 * The users whom a rollout shuts out, and when: users without a factor, once their grace and exemption are over. The
 * same rule as `askedOfUnenrolled` in domain/policy/rollout.ts. If the helpdesk has reset a user's factors, the user is
 * left out: the reset shuts that user out under every rollout.
 */
export async function findShutOut(
  db: Db,
  {
    policies,
    before,
    after,
  }: { readonly policies: Policies; readonly before: Rollout; readonly after: Rollout },
  { cursor, limit }: { readonly cursor: string; readonly limit: number },
  now: Date,
): Promise<ShutOut> {
  const { rows } = await sql<Omit<ShutOut, 'page'> & { page: (Omit<ShutOutUser, 'at'> & { at: string })[] }>`
    with seen as materialized (
      select u.id, u.username, ${shutOutFrom(after, askedSince(after))} as at,
        ${shutOutFrom(before, askedSince(before))} as at_present, ${shutOutFrom(after, sensitiveSince(after))} as sensitive
      from users u left join graces g on g.user_id = u.id
      left join (select user_id, max(ends_at) as ends_at from exemptions where ended_at is null group by user_id) e
        on e.user_id = u.id
      where u.status = 'active' and u.mfa_reset_at is null and ${ruled(policies)}
        and not exists (select from factors f where f.user_id = u.id and f.confirmed_at is not null and not f.is_backup)
    ), page as (
      select id, username, greatest(at, ${now}::timestamptz) as at,
        coalesce(at_present > greatest(at, ${now}::timestamptz), true) as newly from seen
      where at is not null and username collate "C" > ${cursor} order by username collate "C" limit ${limit}
    ), days as (
      select to_char(at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::int as users from seen where at > ${now}
      group by 1
    )
    select count(*)::int as unenrolled, (count(*) filter (where at <= ${now}))::int as now,
      (count(*) filter (where at <= ${now} and (at_present is null or at_present > ${now})))::int as newly_now,
      (count(*) filter (where at > ${now}))::int as later,
      (count(*) filter (where sensitive <= ${now}))::int as sensitive_now,
      (count(*) filter (where sensitive > ${now}))::int as sensitive_later,
      coalesce((select json_agg(days order by day) from days), '[]') as days,
      coalesce((select json_agg(page order by username collate "C") from page), '[]') as page
    from seen`.execute(db);
  const row = rows[0];
  if (!row) throw new Error('An aggregate gives a row');
  return { ...row, page: row.page.map((one) => ({ ...one, at: new Date(one.at) })) };
}

/**
 * When a rollout shuts out user `u` with grace `g` and exemption `e`; null for never. `since`: since when the rollout
 * asks the user.
 */
function shutOutFrom({ graceSeconds }: Rollout, since: RawBuilder<unknown>) {
  const length = sql`${graceSeconds} * interval '1 second'`;
  return sql`case when ${since} is not null
    then greatest(coalesce(g.ends_at, greatest(${since}, u.created_at) + ${length}), e.ends_at) end`;
}

/** The time since when the rollout asks at the sensitive routes. */
function sensitiveSince(rollout: Rollout) {
  const at = rollout.targets[sensitiveRoutes];
  return at ? sql`least(${askedSince(rollout)}, ${at}::timestamptz)` : askedSince(rollout);
}

/** Whether user `u` may enter an area that leaves the second factor to the rollout. */
function ruled(policies: Policies) {
  const areas = Object.values(policies).filter(({ mfa }) => mfa === 'if_enrolled');
  const each = areas.map(({ roles }) => (roles === 'all' ? sql`true` : sql`u.roles && ${roles}::text[]`));
  return each.length === 0 ? sql`false` : sql`(${sql.join(each, sql` or `)})`;
}
