import { randomUUID } from 'node:crypto';
import { writeVerification } from '../../domain/security-events/write-event.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { queueVerification } from './event-queue-store.ts';
import { type ShownReceiver, showReceiver } from './read-receivers.ts';
import { findReceiver, markVerified, noteRound } from './receiver-store.ts';
import { type SendDeps, sendEvent } from './send-event.ts';
import { type ReceiverAction, withReceiver } from './with-receiver.ts';

/**
 * Sends a receiver the verification event. A push and a webhook are verified when they answer 2xx. A receiver that polls
 * is verified when it acknowledges the event. Throws 404.
 */
export async function verifyReceiver(
  deps: SendDeps & Pick<Deps, 'db'>,
  ctx: AuditContext,
  action: ReceiverAction,
): Promise<ShownReceiver> {
  const { id } = action;
  await withReceiver(deps, ctx, action, async (tx, { delivery }) => {
    if (delivery === 'poll') await queueVerification(tx, id, ctx.now);
    return { change: 'verification asked for' };
  });
  await verifyNow(deps, id, ctx.now);
  return showReceiver(deps, id);
}

/** The same without an audit event. Does nothing for a receiver that polls. */
export async function verifyNow(
  deps: SendDeps & Pick<Deps, 'db'>,
  receiverId: string,
  now: Date,
): Promise<void> {
  const receiver = await findReceiver(deps.db, receiverId);
  if (!receiver || receiver.delivery === 'poll') return;
  const event = { ...writeVerification(receiverId), id: randomUUID(), txn: randomUUID(), at: now };
  const trouble = await sendEvent(deps, receiver, event, now);
  if (trouble === null) await markVerified(deps.db, receiverId, now);
  else await noteRound(deps.db, receiverId, { delivered: 0, trouble, now });
}
