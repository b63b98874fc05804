import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';

/** The people whom a user has named, as the user typed their names. */
export async function listColleagues(db: Db, userId: string) {
  return db
    .selectFrom('recoveryColleagues')
    .select(['name', 'colleagueId', 'namedAt', 'confirmedAt'])
    .where('userId', '=', userId)
    .orderBy('name')
    .execute();
}

/** Removes those that are not among the names, and adds new ones. Names that stay keep their confirmation. */
export async function saveColleagues(
  tx: Db,
  userId: string,
  named: readonly { readonly name: string; readonly colleagueId: string | null }[],
  now: Date,
): Promise<void> {
  const names = named.map(({ name }) => name);
  await tx
    .deleteFrom('recoveryColleagues')
    .where('userId', '=', userId)
    .$if(names.length > 0, (query) => query.where('name', 'not in', names))
    .execute();
  if (named.length === 0) return;
  await tx
    .insertInto('recoveryColleagues')
    .values(named.map((one) => ({ ...one, userId, namedAt: now })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Active accounts with these names. */
export async function findByNames(db: Db, names: readonly string[]) {
  if (names.length === 0) return [];
  return db
    .selectFrom('users')
    .select(['id', 'username', 'email', 'phone', 'language'])
    .where('username', 'in', [...names])
    .where('status', '=', 'active')
    .execute();
}

/** False if the user has not named this colleague. A second call changes nothing. */
export async function confirmColleague(
  tx: Db,
  { userId, colleagueId, now }: { readonly userId: string; readonly colleagueId: string; readonly now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('recoveryColleagues')
    .set({ confirmedAt: sql<Date>`coalesce(confirmed_at, ${now}::timestamptz)` })
    .where('userId', '=', userId)
    .where('colleagueId', '=', colleagueId)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function removeColleague(
  tx: Db,
  { userId, colleagueId }: { readonly userId: string; readonly colleagueId: string },
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('recoveryColleagues')
    .where('userId', '=', userId)
    .where('colleagueId', '=', colleagueId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** The active users who have named this colleague. */
export async function listNamedBy(db: Db, colleagueId: string) {
  return db
    .selectFrom('recoveryColleagues as c')
    .innerJoin('users as u', 'u.id', 'c.userId')
    .select(['u.id', 'u.username', 'c.namedAt', 'c.confirmedAt'])
    .where('c.colleagueId', '=', colleagueId)
    .where('u.status', '=', 'active')
    .orderBy('u.username')
    .limit(50)
    .execute();
}

/** SQL: whether `colleague` agreed to be a colleague of the account of `r` before the recovery began. */
const namedBeforehand = (colleagueId: string) => sql`exists (select from recovery_colleagues c
  where c.user_id = r.user_id and c.colleague_id = ${colleagueId}::uuid and c.confirmed_at < r.opened_at)`;

/** The live recoveries in which somebody asks this colleague. */
export async function listColleagueRequests(db: Db, colleagueId: string, now: Date) {
  const { rows } = await sql<{
    id: string;
    username: string;
    ip: string;
    userAgent: string | null;
    openedAt: Date;
    expiresAt: Date;
    approved: boolean;
  }>`
    select r.id, u.username, r.ip, r.user_agent, r.opened_at, r.expires_at, r.colleague_code_mac is not null as approved
    from recoveries r join users u on u.id = r.user_id
    where r.state = 'open' and r.asked_at is not null and r.colleague_at is null and r.expires_at > ${now}
      and u.status = 'active' and u.security_version = r.security_version and u.email = r.sent_to
      and ${namedBeforehand(colleagueId)}
    order by r.opened_at desc limit 20`.execute(db);
  return rows;
}

/** Whether this person agreed, before the recovery began, to approve recoveries of its account. */
export async function isNamedBeforehand(db: Db, recoveryId: string, colleagueId: string): Promise<boolean> {
  const { rows } = await sql`
    select from recoveries r where r.id = ${recoveryId}::uuid and ${namedBeforehand(colleagueId)}`.execute(
    db,
  );
  return rows.length === 1;
}

/** The active colleagues who agreed before the recovery began, with their addresses. */
export async function listToAsk(db: Db, recoveryId: string) {
  const { rows } = await sql<{ id: string; username: string; email: string | null; language: string | null }>`
    select u.id, u.username, u.email, u.language from recoveries r
    join recovery_colleagues c on c.user_id = r.user_id and c.confirmed_at < r.opened_at
    join users u on u.id = c.colleague_id
    where r.id = ${recoveryId}::uuid and u.status = 'active'`.execute(db);
  return rows;
}
