import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { type AreaName, areaNames, type Policies } from '../../domain/policy/policy.ts';
import { type StoredPolicy, toSeeded } from '../../domain/policy/stored-policy.ts';
import { nameOf } from '../audit/name-store.ts';

export const policiesChannel = 'sallyport_rules';

/** Makes every instance read the policies and the rollout again (PostgreSQL NOTIFY, on commit). */
export async function publishPoliciesChanged(tx: Db): Promise<void> {
  await sql`select pg_notify(${policiesChannel}, '')`.execute(tx);
}

/** Writes the preset to each area that no administrator has changed. Another preset makes another version. */
export async function seedAreas(db: Db, preset: Policies): Promise<void> {
  const rows = areaNames.map((name) => ({ name, policy: JSON.stringify(toSeeded(preset[name])) }));
  await db
    .insertInto('areas')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet((eb) => ({ policy: eb.ref('excluded.policy'), version: eb('areas.version', '+', 1) }))
        .where('areas.changedAt', 'is', null)
        .whereRef('areas.policy', 'is distinct from', 'excluded.policy'),
    )
    .execute();
}

export async function findAreas(db: Db) {
  return db.selectFrom('areas').selectAll().execute();
}

export async function findArea(db: Db, name: AreaName) {
  return db
    .selectFrom('areas')
    .selectAll()
    .select(nameOf('areas.changedBy').as('changedByName'))
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
}

/** Locks the area until the transaction ends, so that changes are made one after the other. */
export async function lockArea(tx: Db, name: AreaName) {
  return tx.selectFrom('areas').selectAll().where('name', '=', name).forUpdate().executeTakeFirstOrThrow();
}

export async function saveArea(
  tx: Db,
  {
    name,
    change,
    by,
    now,
  }: {
    readonly name: AreaName;
    readonly change: { readonly policy?: StoredPolicy; readonly reportOnly: StoredPolicy | null };
    readonly by: string | null;
    readonly now: Date;
  },
): Promise<void> {
  const { policy, reportOnly } = change;
  await tx
    .updateTable('areas')
    .set((eb) => ({
      ...(policy && { policy: JSON.stringify(policy), changedAt: now, changedBy: by }),
      trial: reportOnly && JSON.stringify(reportOnly),
      version: eb('version', '+', 1),
    }))
    .where('name', '=', name)
    .execute();
}
