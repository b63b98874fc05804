import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { sourcesOf } from '../../domain/security-events/event-names.ts';
import type { Receiver } from '../../domain/security-events/receiver.ts';
import type { AssociatedData } from '../../lib/crypto/vault.ts';

/** A receiver with what it needs to be sent to, encrypted. */
export type StoredReceiver = Receiver & {
  /** The key of a webhook, or the `Authorization` header of a push. */
  readonly secretSealed: string | null;
  readonly earlierSecretSealed: string | null;
  readonly earlierSecretUntil: Date | null;
};

export type ReceiverFigures = {
  readonly waiting: number;
  readonly parked: number;
  readonly oldestWaiting: Date | null;
};

/** The earlier secret keeps its data, so both columns have the same associated data. */
export function receiverData({ id }: { readonly id: string }): AssociatedData {
  return { table: 'event_receivers', row: id, column: 'secret_sealed' };
}

const columns = [
  ...(['id', 'name', 'delivery', 'url', 'audience', 'accountId', 'events', 'status', 'verifiedAt'] as const),
  ...(['createdAt', 'delivered', 'deliveredAt', 'failedAt', 'trouble'] as const),
  ...(['secretSealed', 'earlierSecretSealed', 'earlierSecretUntil'] as const),
] as const;

/** False if the name is taken. */
export async function insertReceiver(
  tx: Db,
  receiver: Pick<
    StoredReceiver,
    'id' | 'name' | 'delivery' | 'url' | 'audience' | 'accountId' | 'events' | 'createdAt' | 'secretSealed'
  >,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('eventReceivers')
    .values({ ...receiver, events: [...receiver.events], sources: [...sourcesOf(receiver.events)] })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

export async function findReceiver(db: Db, id: string): Promise<StoredReceiver | undefined> {
  return db.selectFrom('eventReceivers').select(columns).where('id', '=', id).executeTakeFirst();
}

/** Locks the receiver until the transaction ends, so that changes are made one after the other. */
export async function lockReceiver(tx: Db, id: string): Promise<StoredReceiver | undefined> {
  return tx
    .selectFrom('eventReceivers')
    .select(columns)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/** All receivers by name, with the figures of their events. */
export async function findReceivers(db: Db): Promise<readonly (StoredReceiver & ReceiverFigures)[]> {
  return db
    .selectFrom('eventReceivers')
    .select(columns)
    .select([
      sql<number>`(select count(*)::int from event_deliveries d
        where d.receiver_id = event_receivers.id and d.parked_at is null)`.as('waiting'),
      sql<number>`(select count(*)::int from event_deliveries d
        where d.receiver_id = event_receivers.id and d.parked_at is not null)`.as('parked'),
      sql<Date | null>`(select min(d.occurred_at) from event_deliveries d
        where d.receiver_id = event_receivers.id and d.parked_at is null)`.as('oldestWaiting'),
    ])
    .orderBy('name')
    .execute();
}

/** The receivers that the service sends to, and for which an event is due. */
export async function findDueReceivers(db: Db, now: Date): Promise<readonly StoredReceiver[]> {
  return db
    .selectFrom('eventReceivers')
    .select(columns)
    .where('status', '=', 'enabled')
    .where('delivery', '<>', 'poll')
    .where(
      sql<boolean>`exists (select from event_deliveries d where d.receiver_id = event_receivers.id
        and d.parked_at is null and d.next_attempt_at <= ${now})`,
    )
    .execute();
}

/** The caller must have locked the receiver. */
export async function saveReceiver(
  tx: Db,
  id: string,
  change: Partial<Pick<StoredReceiver, 'events' | 'status' | 'audience' | 'secretSealed'>> &
    Partial<Pick<StoredReceiver, 'earlierSecretSealed' | 'earlierSecretUntil'>>,
): Promise<void> {
  const { events, ...rest } = change;
  await tx
    .updateTable('eventReceivers')
    .set({ ...rest, ...(events && { events: [...events], sources: [...sourcesOf(events)] }) })
    .where('id', '=', id)
    .execute();
}

/** Removes a receiver with the events that wait for it. False if there is none. */
export async function deleteReceiver(tx: Db, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('eventReceivers').where('id', '=', id).executeTakeFirst();
  return numDeletedRows === 1n;
}

/** A disabled receiver stays disabled. */
export async function markVerified(db: Db, id: string, now: Date): Promise<void> {
  await sql`update event_receivers set verified_at = ${now}, trouble = null,
      status = case when status = 'unverified' then 'enabled' else status end
    where id = ${id}::uuid`.execute(db);
}

/** Records how a round of deliveries went. */
export async function noteRound(
  db: Db,
  id: string,
  {
    delivered,
    trouble,
    now,
  }: { readonly delivered: number; readonly trouble: string | null; readonly now: Date },
): Promise<void> {
  const failed = trouble !== null;
  await sql`update event_receivers set delivered = delivered + ${delivered}::int,
      delivered_at = case when ${delivered > 0}::boolean then ${now}::timestamptz else delivered_at end,
      failed_at = case when ${failed}::boolean then ${now}::timestamptz else failed_at end,
      trouble = ${trouble}::text
    where id = ${id}::uuid`.execute(db);
}
