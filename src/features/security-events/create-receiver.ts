import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../../db/in-transaction.ts';
import type { EventName } from '../../domain/security-events/event-names.ts';
import type { Delivery } from '../../domain/security-events/receiver.ts';
import { targetFault } from '../../domain/security-events/refused-target.ts';
import { conflict, invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { findServiceAccount } from '../service-accounts/service-account-store.ts';
import { queueVerification } from './event-queue-store.ts';
import { type ShownReceiver, showReceiver } from './read-receivers.ts';
import { insertReceiver, receiverData } from './receiver-store.ts';
import type { SendDeps } from './send-event.ts';
import { newWebhookSecret } from './sign-webhook.ts';
import { verifyNow } from './verify-receiver.ts';

export type ReceiverInput = {
  readonly name: string;
  readonly delivery: Delivery;
  readonly url: string | null;
  readonly audience: string | null;
  readonly authorization: string | null;
  /** The client_id of the service account that polls. */
  readonly clientId: string | null;
  readonly events: readonly EventName[];
};

/**
 * Makes a receiver and tries to verify it at once. It hears nothing until that has succeeded. `secret` is the key of a
 * webhook, which is shown this once. Throws 400 for a target that is not allowed, or 409 if the name is taken.
 */
export async function createReceiver(
  deps: SendDeps & Pick<Deps, 'db'>,
  ctx: AuditContext,
  actorId: string | null,
  input: ReceiverInput,
): Promise<{ readonly receiver: ShownReceiver; readonly secret: string | null }> {
  assertFits(deps, input);
  const { name, delivery, url, clientId: accountId, events } = input;
  if (accountId !== null && !(await findServiceAccount(deps.db, accountId)))
    throw invalidField('#/client_id', 'There is no such service account');
  const id = randomUUID();
  const secret = delivery === 'webhook' ? newWebhookSecret() : null;
  const held = secret ?? input.authorization;
  const audience = input.audience ?? url ?? `${deps.issuer}/events/poll/${id}`;
  await inTransaction(deps.db, async (tx) => {
    const made = await insertReceiver(tx, {
      ...{ id, name, delivery, url, audience, accountId, events: [...new Set(events)], createdAt: ctx.now },
      secretSealed: held === null ? null : deps.vault.encrypt(held, receiverData({ id })),
    });
    if (!made) throw conflict({ detail: `A receiver named ${name} already exists.`, reason: 'name_taken' });
    if (delivery === 'poll') await queueVerification(tx, id, ctx.now);
    const target = url === null ? {} : { target: new URL(url).origin };
    const detail = { receiver: id, name, delivery, hears: events, ...target };
    await writeAudit(tx, ctx, {
      type: 'receiver_created',
      outcome: 'success',
      actorId,
      area: 'admin',
      detail,
    });
  });
  if (delivery !== 'poll') await verifyNow(deps, id, ctx.now);
  return { receiver: await showReceiver(deps, id), secret };
}

/** Throws 400 where the fields do not belong to the kind of delivery. */
function assertFits({ eventSender }: Pick<Deps, 'eventSender'>, input: ReceiverInput): void {
  const { delivery, url, clientId, authorization } = input;
  if (delivery === 'poll') {
    if (clientId === null) throw invalidField('#/client_id', 'Name the service account that will poll');
    if (url !== null) throw invalidField('#/url', 'A receiver that polls has no address');
  } else {
    if (clientId !== null)
      throw invalidField('#/client_id', 'Only a receiver that polls has a service account');
    if (url === null) throw invalidField('#/url', 'Name the address of the receiver');
    const fault = targetFault(url, eventSender.internal);
    if (fault !== null) throw invalidField('#/url', fault);
  }
  if (authorization !== null && delivery !== 'push')
    throw invalidField('#/authorization', 'Only a push sends this header');
}
