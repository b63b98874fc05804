import { isKnown } from '../../domain/security-events/event-names.ts';
import {
  type WrittenEvent,
  writeEvent,
  writeVerification,
} from '../../domain/security-events/write-event.ts';
import { errorName } from '../../lib/error-name.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { Tokens } from '../tokens/tokens.ts';
import type { QueuedEvent } from './event-queue-store.ts';
import { receiverData, type StoredReceiver } from './receiver-store.ts';
import { webhookHeaders } from './sign-webhook.ts';

export type SendDeps = Pick<Deps, 'vault' | 'eventSender' | 'issuer'> & {
  readonly tokens: Pick<Tokens, 'signEvent'>;
};

/** An event as a receiver gets it. `id` stays the same at each attempt. */
export type Outgoing = WrittenEvent & { readonly id: string; readonly txn: string; readonly at: Date };

/** Null for an event that this release cannot write: another instance may already have a later one. */
export function outgoingOf(issuer: string, event: QueuedEvent, receiverId: string): Outgoing | null {
  const { id, eventId: txn, occurredAt: at, source } = event;
  if (source === 'verification') return { ...writeVerification(receiverId), id, txn, at };
  return isKnown(source) ? { ...writeEvent(issuer, { ...event, source }), id, txn, at } : null;
}

/** A security event token (RFC 8417) as SSF profiles it: `sub_id`, and neither `sub` nor `exp`. */
export function signEvent(
  { tokens }: Pick<SendDeps, 'tokens'>,
  audience: string,
  { id, txn, at, uri, subId, claims }: Outgoing,
): string {
  return tokens.signEvent({
    jti: id,
    iat: Math.floor(at.getTime() / 1000),
    aud: audience,
    txn,
    sub_id: subId,
    events: { [uri]: claims },
  });
}

/** Sends an event. Null if the receiver has taken it, or why it has not: in words that an administrator may see. */
export async function sendEvent(
  deps: SendDeps,
  receiver: StoredReceiver,
  event: Outgoing,
  now: Date,
): Promise<string | null> {
  if (receiver.url === null) throw new Error('A receiver that polls has no address');
  try {
    const post = { url: receiver.url, ...requestOf(deps, receiver, event, now) };
    const { status, body } = await deps.eventSender.post(post);
    if (status >= 200 && status < 300) return null;
    return `answered ${status}${faultIn(body)}`;
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return isLate ? 'no answer in time' : `no answer: ${errorName(error)}`;
  }
}

function requestOf(deps: SendDeps, receiver: StoredReceiver, event: Outgoing, now: Date) {
  const secrets = secretsOf(deps, receiver, now);
  if (receiver.delivery === 'push')
    return {
      headers: {
        'content-type': 'application/secevent+jwt',
        ...(secrets[0] !== undefined && { authorization: secrets[0] }),
      },
      body: signEvent(deps, receiver.audience, event),
    };
  const { id, name: type, at, txn, subId, claims } = event;
  const data = { iss: deps.issuer, txn, sub_id: subId, ...claims };
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  const headers = webhookHeaders(secrets, { id, body, now });
  return { headers: { 'content-type': 'application/json', ...headers }, body };
}

function secretsOf({ vault }: SendDeps, receiver: StoredReceiver, now: Date): readonly string[] {
  const { secretSealed, earlierSecretSealed, earlierSecretUntil } = receiver;
  const earlier = earlierSecretUntil && earlierSecretUntil > now ? earlierSecretSealed : null;
  return [secretSealed, earlier].flatMap((sealed) =>
    sealed === null ? [] : [vault.decrypt(sealed, receiverData(receiver))],
  );
}

/** `err` of RFC 8935, if it is a word. The rest of an answer may be anything, and is not shown. */
function faultIn(body: string): string {
  try {
    const { err }: { err?: unknown } = Object(JSON.parse(body));
    return typeof err === 'string' && /^[a-z_]{1,40}$/.test(err) ? `: ${err}` : '';
  } catch {
    return '';
  }
}
