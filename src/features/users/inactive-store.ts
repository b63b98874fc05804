import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';

/** SQL: when user `name` logged in last, or was made or enabled since. */
function activeAt(name: 'u' | 'a') {
  const user = sql.table(name);
  return sql`greatest(${user}.created_at, ${user}.enabled_at,
    (select l.at from last_logins l where l.user_id = ${user}.id))`;
}

/**
 * Locks up to `most` active accounts that nobody has used since a time, and returns their ids. Leaves administrators
 * alone if none of them has logged in since: they are the accounts of last resort.
 */
export async function lockInactive(tx: Db, since: Date, most: number): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select u.id from users u
    where u.status = 'active' and ${activeAt('u')} < ${since}
      and (not u.roles @> array['admin']::text[] or exists (
        select from users a where a.status = 'active' and a.roles @> array['admin']::text[] and ${activeAt('a')} >= ${since}))
    order by u.id limit ${most} for update of u skip locked`.execute(tx);
  return rows.map(({ id }) => id);
}
