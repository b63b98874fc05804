import { type Expression, type SqlBool, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { loginThrottleRules, type PasswordLimits } from '../../domain/throttling/password-throttle.ts';
import type { Actor } from '../../domain/users/actor.ts';
import type { Role } from '../../domain/users/roles.ts';
import { contains, hasParts, isLocked } from './account-filters-store.ts';
import { raised } from './security-store.ts';

export type Account = NonNullable<Awaited<ReturnType<typeof lockAccount>>>;

/**
 * Whether the user was invited or reset, and has not set a password yet. An owner who gave the password up is no such
 * user: a link by mail alone must not set a password again.
 */
export const awaitsPassword = sql<boolean>`(users.password_hash is null and not users.passwordless)`;

/** Locks the user's row until the transaction ends. */
export async function lockAccount(tx: Db, id: string) {
  return tx
    .selectFrom('users')
    .select(['id', 'username', 'email', 'phone', 'language', 'roles', 'status', 'version'])
    .select(['passwordHash', 'passwordHistory', awaitsPassword.as('awaitsPassword')])
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/**
 * Whether the actor still has the roles and the session that authorized the request. The actor's row stays locked
 * until the transaction ends. So a request that was in progress when the actor was demoted changes nothing more.
 */
export async function isStillInOffice(tx: Db, { userId, roles, ...by }: Actor) {
  const sessionId = by.sessionId ?? null;
  const { rows } = await sql`
    select u.id from users u where u.id = ${userId}::uuid and u.status = 'active' and u.roles = ${roles}::text[]
      and (${sessionId}::uuid is null
        or exists (select from sessions s where s.id = ${sessionId}::uuid and s.ended_at is null))
    for share of u`.execute(tx);
  return rows.length === 1;
}

/**
 * Lets only one change of administrators run at a time. Otherwise, two changes could each remove an administrator and
 * count on the other's to remain.
 */
export async function lockAdministrators(tx: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('sallyport administrators'))`.execute(tx);
}

/** Whether another administrator could log in. An invited user who has not set a password yet could not. */
export async function isThereAnotherAdmin(tx: Db, id: string): Promise<boolean> {
  const other = await tx
    .selectFrom('users')
    .select('id')
    .where('id', '<>', id)
    .where('status', '=', 'active')
    .where(awaitsPassword, '=', false)
    .where(has('admin'))
    .limit(1)
    .executeTakeFirst();
  return other !== undefined;
}

export async function saveFields(
  tx: Db,
  id: string,
  fields: { readonly email?: string; readonly phone?: string; readonly language?: string | null },
): Promise<void> {
  await tx.updateTable('users').set(fields).where('id', '=', id).execute();
}

/** Saves since when the user has had to enrol again. Null means that the user no longer has to. */
export async function saveMfaReset(tx: Db, id: string, at: Date | null): Promise<void> {
  await tx.updateTable('users').set({ mfaResetAt: at }).where('id', '=', id).execute();
}

/** Saves when the owner locked the account by the link of a letter. The account is disabled. */
export async function saveReport(tx: Db, id: string, at: Date): Promise<void> {
  await tx.updateTable('users').set({ reportedAt: at }).where('id', '=', id).execute();
}

/** Enables an account that its owner locked. Returns false if the owner did not. */
export async function endReport(tx: Db, id: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('users')
    .set({ reportedAt: null, status: 'active', enabledAt: now, securityVersion: raised })
    .where('id', '=', id)
    .where('reportedAt', 'is not', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export type Filter = {
  /** Text that the username, the mail address or the phone number contains. */
  readonly q?: string | undefined;
  readonly role?: Role | undefined;
  readonly status?: 'active' | 'disabled' | undefined;
  readonly enrolled?: boolean | undefined;
  readonly locked?: boolean | undefined;
  /** How many wrong passwords block a network here; by default as in the preset `standard`. */
  readonly limits?: PasswordLimits;
  /** The owner locked the account by the link of a letter. */
  readonly reported?: boolean | undefined;
};

const listed = [
  ...(['id', 'username', 'email', 'phone', 'language', 'roles', 'status', 'createdAt'] as const),
  'mfaResetAt',
  'reportedAt',
] as const;
const factor = sql`select from factors f
  where f.user_id = users.id and f.confirmed_at is not null and not f.is_backup`;
const enrolled = sql<boolean>`exists (${factor})`;
const notEnrolled = sql<boolean>`not exists (${factor})`;
/** For the users of one page. Without `offset`, the planner would read the factors of every user. */
const enrolledOfPage = sql<boolean>`exists (${factor} offset 0)`;
const lastLogin = sql<Date | null>`(select l.at from last_logins l where l.user_id = users.id)`;
const name = sql<string>`users.username collate "C"`;

/** One more than the longest page, to see whether another page follows. */
const longestPage = 201;

/** A search looks at so many users one by one, before it reads the index of the parts. */
const mostTried = 3_000;

/**
 * Accounts by name, those after `after`, at most `most`. A text that many users have is found among the first by name,
 * and a rare one by the index of its parts. Both read few users, however many there are.
 */
export async function findAccounts(
  db: Db,
  filter: Filter,
  { after, most }: { readonly after: string; readonly most: number },
  now: Date,
): Promise<readonly ListedAccount[]> {
  const all = matching(db, filter, after, now);
  if (filter.q === undefined) return firstOf(db, all.orderBy(name), most);
  const found = all.where(contains(filter.q));
  const last = await nthName(db, filter, after);
  if (last === undefined) return firstOf(db, found.orderBy(name), most);
  const near = await firstOf(db, found.where(name, '<=', last).orderBy(name), most);
  if (near.length === most) return near;
  // The planner must not read the index of names here: it does not know how rare the text is.
  const far = found.where(name, '>', last).where(hasParts(filter.q)).orderBy(sql`${name} || ''`);
  return [...near, ...(await firstOf(db, far, most - near.length))];
}

/**
 * The first rows of a page. The planner plans for the longest page, because it takes a limit in a parameter for a tenth
 * of the table. PostgreSQL reads no more rows than this limit lets through.
 */
async function firstOf(
  db: Db,
  page: ReturnType<typeof matching>,
  most: number,
): Promise<readonly ListedAccount[]> {
  return db.selectFrom(page.as('page')).selectAll().limit(most).execute();
}

type ListedAccount = Awaited<ReturnType<ReturnType<typeof matching>['execute']>>[number];

/** The name at which `mostTried` users are tried. Undefined if there are not so many. */
async function nthName(db: Db, filter: Filter, after: string): Promise<string | undefined> {
  const nth = await those(db, filter, after)
    .select('username')
    .orderBy(name)
    .offset(sql.lit(mostTried - 1))
    .limit(sql.lit(1))
    .executeTakeFirst();
  return nth?.username;
}

function matching(db: Db, filter: Filter, after: string, now: Date) {
  const { limits = loginThrottleRules, ...of } = filter;
  return those(db, filter, after)
    .select(listed)
    .select([enrolledOfPage.as('enrolled'), awaitsPassword.as('awaitsPassword'), lastLogin.as('lastLogin')])
    .$if(of.enrolled !== undefined, (query) => query.where(of.enrolled ? enrolled : notEnrolled))
    .$if(of.locked === true, (query) => query.where(isLocked(now, limits)))
    .$if(of.locked === false, (query) => query.where(sql<SqlBool>`not ${isLocked(now, limits)}`))
    .limit(sql.lit(longestPage));
}

/**
 * The users of a filter that has an index by name. The role and the status are literals in the statement, so that a cached
 * plan fits their values. With parameters, the planner would not know how rare a role is, nor that it has an index.
 */
function those(db: Db, { role, status, reported }: Filter, after: string) {
  return db
    .selectFrom('users')
    .where(name, '>', after)
    .$if(role !== undefined, (query) => query.where(has(role ?? 'user')))
    .$if(status !== undefined, (query) => query.where(sql<SqlBool>`status = ${sql.lit(status ?? '')}`))
    .$if(reported === true, (query) => query.where('reportedAt', 'is not', null))
    .$if(reported === false, (query) => query.where('reportedAt', 'is', null));
}

export async function findAccount(db: Db, id: string) {
  return db
    .selectFrom('users')
    .select(listed)
    .select([
      'passwordChangedAt',
      'passwordless',
      enrolledOfPage.as('enrolled'),
      awaitsPassword.as('awaitsPassword'),
    ])
    .select(lastLogin.as('lastLogin'))
    .where('id', '=', id)
    .executeTakeFirst();
}

/** The active administrators with their addresses, but for one of them, if there is one to leave out. */
export async function findOtherAdmins(db: Db, but: string | null) {
  return db
    .selectFrom('users')
    .select(['id', 'username', 'email', 'language'])
    .$if(but !== null, (query) => query.where('id', '<>', but ?? ''))
    .where('status', '=', 'active')
    .where(has('admin'))
    .orderBy('username')
    .execute();
}

/** Matches the condition of the role's partial index. */
export function has(role: Role): Expression<SqlBool> {
  return sql<SqlBool>`users.roles @> array[${sql.lit(role)}]::text[]`;
}
