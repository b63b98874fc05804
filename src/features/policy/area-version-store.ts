import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { AreaName } from '../../domain/policy/policy.ts';
import { nameOf } from '../audit/name-store.ts';

export type NewVersion = {
  readonly area: AreaName;
  readonly version: number;
  readonly policy: unknown;
  readonly trial: unknown;
  readonly changedAt: Date | null;
  readonly changedBy: string | null;
  readonly restored: number | null;
};

/** A version as the table holds it. `before` is the policy of the version before; null if that one is not kept. */
export type KeptVersion = NewVersion & {
  readonly before: unknown;
  readonly changedByName: string | null;
};

/** Keeps the version that a change has just made. */
export async function keepVersion(tx: Db, version: NewVersion): Promise<void> {
  await insertVersion(tx, version).execute();
}

/**
 * Keeps the version before a change, unless it is kept already. It may be that of the preset, or of a release that kept
 * none.
 */
export async function keepFormerVersion(tx: Db, version: NewVersion): Promise<void> {
  await insertVersion(tx, version)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function insertVersion(tx: Db, { policy, trial, ...row }: NewVersion) {
  const values = { ...row, policy: JSON.stringify(policy), trial: trial ? JSON.stringify(trial) : null };
  return tx.insertInto('areaVersions').values(values);
}

/** Every policy that is or was in force in an area, as far as it is kept. */
export async function findEveryPolicy(
  db: Db,
): Promise<readonly { readonly area: AreaName; readonly policy: unknown }[]> {
  return db
    .selectFrom('areaVersions')
    .select(['area', 'policy'])
    .union(db.selectFrom('areas').select(['name as area', 'policy']))
    .execute();
}

/** The versions of an area before one of them, the newest first. The present one is always there. */
export async function findVersions(
  db: Db,
  area: AreaName,
  { below, limit }: { readonly below: number | null; readonly limit: number },
): Promise<readonly KeptVersion[]> {
  const { rows } = await sql<KeptVersion>`
    with kept as (
      select area, version, policy, trial, changed_at, changed_by, restored from area_versions where area = ${area}
      union all
      select a.name, a.version, a.policy, a.trial, a.changed_at, a.changed_by, null from areas a
      where a.name = ${area}
        and not exists (select from area_versions v where v.area = a.name and v.version = a.version)
    ), told as (
      select kept.*, case when lag(version) over in_order = version - 1 then lag(policy) over in_order end as before
      from kept window in_order as (order by version)
    )
    select told.*, ${nameOf('told.changed_by')} as changed_by_name
    from told where ${below === null ? sql`true` : sql`version < ${below}`} order by version desc limit ${limit}`.execute(
    db,
  );
  return rows;
}
