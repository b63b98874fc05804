import { setTimeout as pause } from 'node:timers/promises';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { Tokens } from '../tokens/tokens.ts';
import { endEvents, hasDueEvents, parkEvent, takeEvents } from './event-queue-store.ts';
import { receiverNotFound } from './read-receivers.ts';
import { findReceiver, markVerified, noteRound } from './receiver-store.ts';
import { outgoingOf, signEvent } from './send-event.ts';

export type Poll = {
  readonly accountId: string;
  readonly receiverId: string;
  readonly most: number;
  readonly acknowledged: readonly string[];
  /** Events that the receiver refuses, with the code of the fault. */
  readonly refused: Readonly<Record<string, string>>;
  /** Whether to wait for a while if there are no events. */
  readonly waits: boolean;
};

export type Polled = {
  readonly sets: Readonly<Record<string, string>>;
  readonly moreAvailable: boolean;
};

/** Milliseconds. A client gets an answer before the service gives up a request. */
const longestWaitMs = 5_000;
const lookMs = 500;
/** An event that is not acknowledged by then is handed out again. */
const takenForMs = 30_000;

/** A receiver waits once at a time at this instance: otherwise one client could hold every connection. */
const waiting = new Set<string>();

/**
 * Hands events to a receiver that fetches them (RFC 8936). An acknowledged event is gone. A refused one is parked. Throws
 * 404 unless the receiver belongs to the service account.
 */
export async function pollEvents(
  deps: Pick<Deps, 'db' | 'issuer'> & { readonly tokens: Pick<Tokens, 'signEvent'> },
  { accountId, receiverId, most, acknowledged, refused, waits }: Poll,
): Promise<Polled> {
  const receiver = await findReceiver(deps.db, receiverId);
  if (!receiver || receiver.accountId !== accountId || receiver.status === 'disabled')
    throw receiverNotFound();
  const ended = await endEvents(deps.db, receiverId, acknowledged);
  if (ended.includes('verification')) await markVerified(deps.db, receiverId, new Date());
  const faults = Object.entries(refused);
  for (const [id, fault] of faults)
    await parkEvent(deps.db, receiverId, { id, trouble: `refused: ${fault}`, now: new Date() });
  if (ended.length + faults.length > 0) {
    const trouble = faults[0] ? `refused: ${faults[0][1]}` : null;
    await noteRound(deps.db, receiverId, { delivered: ended.length, trouble, now: new Date() });
  }
  if (most === 0) return { sets: {}, moreAvailable: await hasDueEvents(deps.db, receiverId, new Date()) };
  if (waits) await waitForEvents(deps, receiverId);

  const now = new Date();
  const until = new Date(now.getTime() + takenForMs);
  const taken = await takeEvents(deps.db, receiverId, { most, now, until });
  const sets = taken.flatMap((event) => {
    const outgoing = outgoingOf(deps.issuer, event, receiverId);
    return outgoing ? [[event.id, signEvent(deps, receiver.audience, outgoing)]] : [];
  });
  const moreAvailable = taken.length === most && (await hasDueEvents(deps.db, receiverId, now));
  return { sets: Object.fromEntries(sets), moreAvailable };
}

async function waitForEvents({ db }: Pick<Deps, 'db'>, receiverId: string): Promise<void> {
  if (waiting.has(receiverId)) return;
  waiting.add(receiverId);
  try {
    const from = performance.now();
    while (!(await hasDueEvents(db, receiverId, new Date())) && performance.now() - from < longestWaitMs)
      await pause(lookMs);
  } finally {
    waiting.delete(receiverId);
  }
}
