import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { sessionChannel } from './session-store.ts';

/**
 * Ends every session of everybody, with the logins half done and the trusted devices, and tells every instance. The version
 * of each user is raised first: what is under way on the grounds of before opens nothing any more. Gives how many sessions.
 */
export async function endEverySession(tx: Db, now: Date): Promise<number> {
  await sql`update users set security_version = security_version + 1`.execute(tx);
  await sql`update logins set status = 'dead' where status = 'open'`.execute(tx);
  await sql`delete from trusted_devices`.execute(tx);
  const { rows } = await sql<{ ended: number }>`
    with ended as (update sessions set ended_at = ${now} where ended_at is null returning user_id),
    told as (select pg_notify(${sessionChannel}, user_id::text) from (select distinct user_id from ended) those)
    select (select count(*) from ended)::int as ended, (select count(*) from told)::int as told`.execute(tx);
  return rows[0]?.ended ?? 0;
}
