import { inTransaction } from '../../../db/in-transaction.ts';
import type { EventName } from '../../domain/security-events/event-names.ts';
import { earlierSecretMs } from '../../domain/security-events/receiver.ts';
import { conflict, invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { releaseParked } from './event-queue-store.ts';
import { receiverNotFound, type ShownReceiver, showReceiver } from './read-receivers.ts';
import { deleteReceiver, lockReceiver, receiverData, saveReceiver } from './receiver-store.ts';
import { newWebhookSecret } from './sign-webhook.ts';
import { type ReceiverAction, withReceiver } from './with-receiver.ts';

export type ReceiverChange = {
  readonly events?: readonly EventName[] | undefined;
  readonly status?: 'enabled' | 'disabled' | undefined;
  readonly audience?: string | undefined;
  readonly authorization?: string | undefined;
};

/** Applies to events from now on. Throws 404, 400 if a field does not belong here, or 409 before the verification. */
export async function changeReceiver(
  deps: Pick<Deps, 'db' | 'vault'>,
  ctx: AuditContext,
  { change, ...action }: ReceiverAction & { readonly change: ReceiverChange },
): Promise<ShownReceiver> {
  const { authorization, events, status, audience } = change;
  await withReceiver(deps, ctx, action, async (tx, receiver) => {
    if (authorization !== undefined && receiver.delivery !== 'push')
      throw invalidField('#/authorization', 'Only a push sends this header');
    if (status === 'enabled' && receiver.verifiedAt === null)
      throw conflict({ detail: 'The receiver is not verified yet. Verify it first.' });
    await saveReceiver(tx, receiver.id, {
      ...(events && { events: [...new Set(events)] }),
      ...(status && { status }),
      ...(audience !== undefined && { audience }),
      ...(authorization !== undefined && {
        secretSealed: deps.vault.encrypt(authorization, receiverData(receiver)),
      }),
    });
    const fields = Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    return { fields, ...(status && { status }), ...(events && { hears: events }) };
  });
  return showReceiver(deps, action.id);
}

/**
 * Gives a webhook a new key, which is shown this once. The earlier one still signs beside it for a day. Throws 404, or 409
 * for a receiver that has no key.
 */
export async function changeSecret(
  deps: Pick<Deps, 'db' | 'vault'>,
  ctx: AuditContext,
  action: ReceiverAction,
): Promise<{ readonly secret: string; readonly earlierUntil: Date }> {
  const secret = newWebhookSecret();
  const earlierUntil = new Date(ctx.now.getTime() + earlierSecretMs);
  await withReceiver(deps, ctx, action, async (tx, receiver) => {
    if (receiver.delivery !== 'webhook') throw conflict({ detail: 'Only a webhook has such a secret.' });
    await saveReceiver(tx, receiver.id, {
      secretSealed: deps.vault.encrypt(secret, receiverData(receiver)),
      earlierSecretSealed: receiver.secretSealed,
      earlierSecretUntil: earlierUntil,
    });
    return { fields: ['secret'] };
  });
  return { secret, earlierUntil };
}

/** Removes a receiver and what waits for it. Throws 404. */
export async function removeReceiver(
  { db }: Pick<Deps, 'db'>,
  ctx: AuditContext,
  { actorId, id }: ReceiverAction,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const receiver = await lockReceiver(tx, id);
    if (!receiver || !(await deleteReceiver(tx, id))) throw receiverNotFound();
    const detail = { receiver: id, name: receiver.name };
    await writeAudit(tx, ctx, {
      type: 'receiver_removed',
      outcome: 'success',
      actorId,
      area: 'admin',
      detail,
    });
  });
}

/** Lets the parked events of a receiver be sent again. Returns how many there are. Throws 404. */
export async function retryParked(
  deps: Pick<Deps, 'db'>,
  ctx: AuditContext,
  action: ReceiverAction,
): Promise<number> {
  let released = 0;
  await withReceiver(deps, ctx, action, async (tx) => {
    released = await releaseParked(tx, action.id, ctx.now);
    return { change: 'parked events released', events: released };
  });
  return released;
}
