import type { Db } from '../../db/connect.ts';
import type { Rollout } from './core/rollout.ts';

export async function findRollout(db: Db, lock?: 'lock') {
  const { targets, ...row } = await db
    .selectFrom('rollout')
    .select(['phase', 'targets', 'graceSeconds', 'phaseSince', 'changedAt', 'changedBy', 'version'])
    .$if(lock === 'lock', (query) => query.forUpdate())
    .executeTakeFirstOrThrow();
  const times = Object.entries(targets).map(([name, since]) => [name, new Date(String(since))]);
  const found: Rollout = { ...row, targets: Object.fromEntries(times) };
  return { ...row, ...found };
}

export async function saveRollout(tx: Db, rollout: Rollout, by: string | null, now: Date): Promise<void> {
  const { phase, targets, graceSeconds } = rollout;
  await tx
    .updateTable('rollout')
    .set((eb) => ({
      phase,
      targets: JSON.stringify(targets),
      graceSeconds,
      phaseSince: eb.case().when('phase', '=', phase).then(eb.ref('phaseSince')).else(now).end(),
      changedAt: now,
      changedBy: by,
      version: eb('version', '+', 1),
    }))
    .execute();
}

/** Written once for a user and never moved: false where there is a row already. */
export async function insertGrace(db: Db, userId: string, startedAt: Date, endsAt: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('graces')
    .values({ userId, startedAt, endsAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}
