import { sql } from 'kysely';
import type { Db } from '../../db/connect.ts';

/** False where another instance is telling that place. Held until the transaction ends. */
export async function lockDelivery(tx: Db, place: string): Promise<boolean> {
  const { rows } = await sql<{ mine: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('sallyport audit to ' || ${place}::text)) as mine`.execute(tx);
  return rows[0]?.mine ?? false;
}

export async function findDelivered(db: Db, place: string): Promise<number> {
  const row = await db
    .selectFrom('auditDeliveries')
    .select('number')
    .where('place', '=', place)
    .executeTakeFirst();
  return row?.number ?? 0;
}

export async function saveDelivered(db: Db, place: string, number: number): Promise<void> {
  await db
    .insertInto('auditDeliveries')
    .values({ place, number })
    .onConflict((conflict) => conflict.column('place').doUpdateSet({ number }))
    .execute();
}
