import { sql } from 'kysely';
import type { Db } from './connect.ts';

/** The most rows of a table that one run removes. */
const batch = 500;
const hour = 3_600_000;
const day = 24 * hour;

/**
 * Removes expired rows in small batches, and returns how many. An advisory lock lets one instance run at a time, and
 * the others do nothing. Sessions stay until a day after their absolute end, because the service detects a reused
 * refresh token by its session.
 */
export async function sweep(db: Db, now: Date): Promise<number> {
  const before = (ms: number) => new Date(now.getTime() - ms);
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ mine: boolean }>`
      select pg_try_advisory_xact_lock(hashtext('sallyport sweep')) as mine`.execute(tx);
    if (!rows[0]?.mine) return 0;
    const over = [
      sql`delete from logins where id in (select id from logins where expires_at < ${before(hour)} limit ${batch})`,
      sql`delete from challenges where id in (select id from challenges where expires_at < ${before(hour)} limit ${batch})`,
      sql`delete from passkey_challenges where challenge_hash in (
        select challenge_hash from passkey_challenges where expires_at < ${before(hour)} limit ${batch})`,
      sql`
        with over as (select * from factors where expires_at < ${before(hour)} limit ${batch} for update),
        former as (
          insert into former_factors (id, user_id, method, label, hint, is_backup, bound_at, last_used_at, removed_at, cause)
          select id, user_id, method, label, hint, is_backup, confirmed_at, last_used_at, expires_at, 'expired'
          from over where confirmed_at is not null
        )
        delete from factors where id in (select id from over)`,
      sql`delete from password_links where user_id in (
        select user_id from password_links where expires_at < ${before(hour)} limit ${batch})`,
      sql`delete from forgotten_links where user_id in (
        select user_id from forgotten_links where expires_at < ${before(hour)} limit ${batch})`,
      sql`delete from caller_checks where id in (
        select id from caller_checks where expires_at < ${before(hour)} limit ${batch})`,
      sql`delete from recovery_links where token_hash in (
        select token_hash from recovery_links where expires_at < ${before(hour)} limit ${batch})`,
      sql`delete from recoveries where id in (
        select id from recoveries where expires_at < ${before(30 * day)} limit ${batch})`,
      sql`delete from not_me_links where token_hash in (
        select token_hash from not_me_links where expires_at < ${before(hour)} limit ${batch})`,
      sql`delete from sessions where id in (select id from sessions where expires_at < ${before(day)} limit ${batch})`,
      sql`delete from trusted_devices where id in (
        select id from trusted_devices where expires_at < ${before(hour)} limit ${batch})`,
      sql`delete from sends where subject in (
        select subject from sends where window_ends_at < ${before(hour)} limit ${batch})`,
      sql`delete from sms_texts where id in (
        select id from sms_texts where sent_at < ${before(2 * day)} limit ${batch})`,
      sql`delete from login_throttles where (subject, network) in (
        select subject, network from login_throttles where window_ends_at < ${before(hour)}
          and coalesce(last_success_at, window_ends_at) < ${before(31 * day)} limit ${batch})`,
      sql`delete from used_assertions where (account_id, jti_hash) in (
        select account_id, jti_hash from used_assertions where expires_at < ${before(hour)} limit ${batch})`,
      sql`delete from revoked_tokens where jti in (
        select jti from revoked_tokens where expires_at < ${before(hour)} limit ${batch})`,
      sql`delete from approvals where id in (
        select id from approvals where requested_at < ${before(90 * day)} limit ${batch})`,
      sql`delete from letters where id in (select id from letters where ended_at < ${before(30 * day)} limit ${batch})`,
      sql`delete from event_deliveries where id in (
        select id from event_deliveries where parked_at < ${before(30 * day)} limit ${batch})`,
      sql`delete from outbox where id in (select id from outbox where created_at < ${before(7 * day)} limit ${batch})`,
    ];
    await foldCounts(tx);
    let removed = 0;
    for (const statement of over) removed += Number((await statement.execute(tx)).numAffectedRows ?? 0);
    return removed;
  });
}

/** Rows that are not folded yet. Their sum is small work up to here. */
const mostUnfolded = 500;

/** Replaces the rows of `user_counts` by their sums, once there are many. What others add meanwhile stays beside them. */
async function foldCounts(tx: Db): Promise<void> {
  await sql`
    with gone as (
      delete from user_counts where (select count(*) from user_counts where not folded) > ${mostUnfolded} returning *
    )
    insert into user_counts (what, population_id, day, users, folded)
    select what, population_id, day, sum(users), true from gone group by 1, 2, 3 having sum(users) <> 0`.execute(
    tx,
  );
}
