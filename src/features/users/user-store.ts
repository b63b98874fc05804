import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { Role } from '../../domain/users/roles.ts';
import { throttleInsertEach } from '../throttling/throttle-store.ts';
import { raised } from './security-store.ts';

export type NewUser = {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly roles: readonly Role[];
  readonly language?: string | null | undefined;
  /** Null for an invited user, who has not set a password yet. */
  readonly passwordHash: string | null;
};

/**
 * Inserts a user and the row that counts the user's wrong codes. An attempt is reserved by an update of that row.
 * Returns false if the username is taken.
 */
export async function insertUser(db: Db, user: NewUser, now: Date): Promise<boolean> {
  const { rows } = await sql`
    with made as (
      insert into users (id, username, email, phone, language, password_hash, password_changed_at, roles, created_at)
      values (${user.id}, ${user.username}, ${user.email}, ${user.phone}, ${user.language ?? null}, ${user.passwordHash},
        ${now}, ${user.roles}::text[], ${now})
      on conflict (username) do nothing returning id
    )
    ${throttleInsertEach(sql`from made`, now)}`.execute(db);
  return rows.length === 1;
}

/**
 * Locks the user's row until the transaction ends. Every change of an account locks this row before any other row of
 * the user, so that two changes wait for each other and never cause a deadlock. The id may be an SQL expression, such as
 * the owner of a token.
 */
export async function lockUser(tx: Db, id: string | RawBuilder<string>): Promise<void> {
  await tx.selectFrom('users').select('id').where('id', '=', id).forNoKeyUpdate().execute();
}

/** Those of the names that belong to a user. The names must be in lower case. */
export async function findTakenNames(db: Db, names: readonly string[]): Promise<readonly string[]> {
  const rows = await db.selectFrom('users').select('username').where('username', 'in', names).execute();
  return rows.map(({ username }) => username);
}

/**
 * SQL: inserts a user for each row of `about`. The columns are id, username, email, phone, language, password_hash,
 * roles, status and created_at. Rows with a taken username are left out.
 */
export function userInsertEach(about: RawBuilder<unknown>, now: Date) {
  return sql`
    insert into users (id, username, email, phone, language, password_hash, password_changed_at, roles, status, created_at)
    select id, username, email, phone, language, password_hash, ${now}::timestamptz, roles, status, created_at
    from (${about}) about
    on conflict (username) do nothing returning id, username`;
}

export async function findUserByName(db: Db, username: string) {
  return db
    .selectFrom('users')
    .select(['id', 'username', 'email', 'language', 'roles', 'status'])
    .where('username', '=', username)
    .executeTakeFirst();
}

export async function findUser(db: Db, id: string) {
  return db
    .selectFrom('users')
    .select(['id', 'username', 'email', 'language', 'roles', 'status'])
    .where('id', '=', id)
    .executeTakeFirst();
}

export async function findPassword(db: Db, userId: string) {
  return db
    .selectFrom('users')
    .select(['id', 'username', 'email', 'language', 'passwordHash', 'passwordHistory', 'version'])
    .select(['passwordByMail', 'securityVersion'])
    .where('id', '=', userId)
    .executeTakeFirst();
}

/** False if the user has this language already. Null is the language of the installation. */
export async function saveLanguage(db: Db, userId: string, language: string | null): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('users')
    .set({ language })
    .where('id', '=', userId)
    .where('language', 'is distinct from', language)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Returns false if another change was faster. */
export async function savePassword(
  db: Db,
  {
    user,
    hashes,
    byMail,
    passwordless = false,
    now,
  }: {
    readonly user: { readonly id: string; readonly version: number };
    readonly hashes: { readonly passwordHash: string | null; readonly passwordHistory: readonly string[] };
    readonly byMail: boolean;
    /** Whether the owner gives the password up. */
    readonly passwordless?: boolean;
    readonly now: Date;
  },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('users')
    .set({
      passwordHash: hashes.passwordHash,
      passwordHistory: [...hashes.passwordHistory],
      passwordChangedAt: now,
      passwordByMail: byMail,
      passwordless,
      version: user.version + 1,
      securityVersion: raised,
    })
    .where('id', '=', user.id)
    .where('version', '=', user.version)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** The account takes a password again. Until the owner has set one by the link of a mail, it has none. */
export async function endPasswordless(tx: Db, userId: string): Promise<void> {
  await tx.updateTable('users').set({ passwordless: false }).where('id', '=', userId).execute();
}

/** Stores the same password under another hash. If another password was set meanwhile, that one stays. */
export async function replacePasswordHash(
  db: Db,
  user: { readonly id: string; readonly passwordHash: string; readonly securityVersion: number },
  passwordHash: string,
): Promise<void> {
  await db
    .updateTable('users')
    .set({ passwordHash })
    .where('id', '=', user.id)
    .where('passwordHash', '=', user.passwordHash)
    .where('securityVersion', '=', user.securityVersion)
    .execute();
}

export async function saveAccountStatus(
  db: Db,
  userId: string,
  change: { readonly status?: 'active' | 'disabled'; readonly roles?: readonly Role[] },
  now: Date,
): Promise<void> {
  const { status, roles } = change;
  await db
    .updateTable('users')
    .set({
      ...(status && { status, reportedAt: null }),
      ...(status === 'active' && { enabledAt: now }),
      ...(roles && { roles: [...roles] }),
      securityVersion: raised,
    })
    .where('id', '=', userId)
    .execute();
}

export async function listUsers(db: Db, most: number) {
  return db
    .selectFrom('users')
    .select(['username', 'roles', 'status', 'createdAt'])
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom('factors')
            .select('factors.id')
            .whereRef('factors.userId', '=', 'users.id')
            .where('confirmedAt', 'is not', null)
            .where('isBackup', '=', false),
        )
        .as('enrolled'),
    )
    .select(sql<Date | null>`(select l.at from last_logins l where l.user_id = users.id)`.as('lastLogin'))
    .orderBy('username')
    .limit(most)
    .execute();
}
