import type { Db } from '../../../db/connect.ts';
import type { Rollout } from '../../domain/policy/rollout.ts';
import { nameOf } from '../audit/name-store.ts';

/** `phaseSince` is null if the phase was never changed. */
export async function findRollout(db: Db, lock?: 'lock') {
  const { targets, ...row } = await db
    .selectFrom('rollout')
    .select(['phase', 'targets', 'graceSeconds', 'phaseSince', 'changedAt', 'changedBy', 'version'])
    .select(nameOf('rollout.changedBy').as('changedByName'))
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

/** A grace is written once for each user and never moved. False if the user has one already. */
export async function insertGrace(db: Db, userId: string, startedAt: Date, endsAt: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('graces')
    .values({ userId, startedAt, endsAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}
