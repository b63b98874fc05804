import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { UnbindingCause } from '../../domain/mfa/unbinding.ts';

/** Why factors are removed, when, and by which user (null: from the command line). */
export type Unbinding = {
  readonly cause: Exclude<UnbindingCause, 'expired'>;
  readonly by: string | null;
  readonly at: Date;
};

/**
 * The factors of a user to remove: those with these ids, those of a method, the backups, or all. Pending factors are
 * included.
 */
export type Which = 'all' | 'backups' | { readonly ids: readonly string[] } | { readonly method: string };

/**
 * Removes factors and their challenges. The same statement keeps a record of each confirmed factor, without its secret.
 */
export async function unbindFactors(
  db: Db,
  userId: string,
  which: Which,
  { cause, by, at }: Unbinding,
): Promise<void> {
  await sql`
    with gone as (delete from factors where user_id = ${userId}::uuid and ${matching(which)} returning *)
    insert into former_factors (id, user_id, method, label, hint, is_backup, bound_at, last_used_at, removed_at, cause, removed_by)
    select id, user_id, method, label, hint, is_backup, confirmed_at, last_used_at, ${at}, ${cause}, ${by}::uuid
    from gone where confirmed_at is not null`.execute(db);
}

function matching(which: Which): RawBuilder<unknown> {
  if (which === 'all') return sql`true`;
  if (which === 'backups') return sql`is_backup`;
  return 'ids' in which ? sql`id = any(${which.ids}::uuid[])` : sql`method = ${which.method}`;
}

/** The last row of a page. */
export type PageEnd = { readonly boundAt: Date; readonly id: string };

/** A factor that is or was bound. `label` is null after `forgetWords` has deleted it. */
export type EverBound = PageEnd & {
  readonly method: string;
  readonly label: string | null;
  readonly hint: string | null;
  readonly isBackup: boolean;
  readonly lastUsedAt: Date | null;
  readonly removedAt: Date | null;
  readonly cause: UnbindingCause | null;
  /** The username of the remover; null if the owner removed it. */
  readonly removedBy: string | null;
};

/** Every factor that was ever bound to a user, the newest first. */
export async function listEverBound(
  db: Db,
  userId: string,
  { after, limit }: { readonly after: PageEnd | null; readonly limit: number },
): Promise<readonly EverBound[]> {
  const behind = after
    ? sql`(b.bound_at, b.id) < (${after.boundAt}::timestamptz, ${after.id}::uuid)`
    : sql`true`;
  const { rows } = await sql<EverBound>`
    select b.id, method, label, hint, is_backup, bound_at, last_used_at, removed_at, cause, by.username as removed_by
    from (
      select id, method, label, hint, is_backup, confirmed_at as bound_at, last_used_at,
        null::timestamptz as removed_at, null as cause, null::uuid as removed_by
      from factors where user_id = ${userId}::uuid and confirmed_at is not null
      union all
      select id, method, label, hint, is_backup, bound_at, last_used_at, removed_at, cause, removed_by
      from former_factors where user_id = ${userId}::uuid
    ) b left join users by on by.id = b.removed_by and by.id <> ${userId}::uuid
    where ${behind} order by b.bound_at desc, b.id desc limit ${limit}`.execute(db);
  return rows;
}

/**
 * Deletes the labels, hints and removers of factors that were removed before this time. The records themselves stay.
 */
export async function forgetWords(db: Db, before: Date): Promise<void> {
  await sql`
    update former_factors set label = null, hint = null, removed_by = null
    where removed_at < ${before} and (label is not null or hint is not null or removed_by is not null)`.execute(
    db,
  );
}
