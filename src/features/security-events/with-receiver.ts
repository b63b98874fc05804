import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { receiverNotFound } from './read-receivers.ts';
import { lockReceiver, type StoredReceiver } from './receiver-store.ts';

/** Who changes which receiver. */
export type ReceiverAction = { readonly actorId: string | null; readonly id: string };

type Change = Readonly<Record<string, unknown>>;

/** Changes a receiver in one transaction that locks its row, and audits what `work` says of the change. Throws 404. */
export async function withReceiver(
  { db }: Pick<Deps, 'db'>,
  ctx: AuditContext,
  { actorId, id }: ReceiverAction,
  work: (tx: Db, receiver: StoredReceiver) => Promise<Change>,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const receiver = await lockReceiver(tx, id);
    if (!receiver) throw receiverNotFound();
    const change = await work(tx, receiver);
    const detail = { receiver: id, name: receiver.name, ...change };
    await writeAudit(tx, ctx, {
      type: 'receiver_changed',
      outcome: 'success',
      actorId,
      area: 'admin',
      detail,
    });
  });
}
