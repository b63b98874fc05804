import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';

export type Claim = { readonly destination: string; readonly number: number; readonly until: Date };

/** The number of the last seal that a destination has received; 0 if it has received none. */
export async function findDelivered(db: Db, destination: string): Promise<number> {
  const row = await db
    .selectFrom('auditDeliveries')
    .select('number')
    .where('place', '=', destination)
    .executeTakeFirst();
  return row?.number ?? 0;
}

/** Claims the delivery to a destination. Returns undefined while another instance has a claim that has not expired. */
export async function claimDelivery(
  db: Db,
  destination: string,
  now: Date,
  until: Date,
): Promise<Claim | undefined> {
  const { rows } = await sql<{ number: number }>`
    insert into audit_deliveries as d (place, number, claimed_until) values (${destination}, 0, ${until})
    on conflict (place) do update set claimed_until = excluded.claimed_until
    where d.claimed_until is null or d.claimed_until <= ${now}::timestamptz
    returning number`.execute(db);
  return rows[0] && { destination, number: rows[0].number, until };
}

/**
 * Records the last delivered seal and releases the claim. Changes nothing if another instance has claimed the
 * destination since.
 */
export async function endDelivery(db: Db, { destination, until }: Claim, number: number): Promise<void> {
  await db
    .updateTable('auditDeliveries')
    .set({ number, claimedUntil: null })
    .where('place', '=', destination)
    .where('claimedUntil', '=', until)
    .execute();
}
