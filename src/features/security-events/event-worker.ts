import { waitMs } from '../../domain/security-events/receiver.ts';
import { type Job, periodicJob } from '../../lib/periodic-job.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import {
  endEvents,
  parkForgotten,
  postponeEvent,
  type QueuedEvent,
  takeEvents,
} from './event-queue-store.ts';
import { findDueReceivers, findReceiver, noteRound, type StoredReceiver } from './receiver-store.ts';
import { outgoingOf, type SendDeps, sendEvent } from './send-event.ts';

export type EventWorkerDeps = SendDeps & Pick<Deps, 'db'>;

/** A gateway must hear within two seconds that a session ended. */
const everyMs = 500;
const parkEveryMs = 60_000;
const atOnce = 50;
const mostRounds = 1_000;
/** Longer than an attempt lasts. If an instance dies meanwhile, another sends its events then. */
const takenForMs = 60_000;

/**
 * Sends security events in the background. Each receiver has a line of its own, so that one that hangs delays no other.
 * `onTrouble` hears once of each receiver that begins to fail.
 */
export function startEventWorker(
  deps: EventWorkerDeps,
  onFailure: (error: unknown) => void,
  onTrouble: (receiver: string, trouble: string) => void,
): Job {
  const lines = new Map<string, Promise<void>>();
  const failing = new Set<string>();
  const note = ({ id, name }: StoredReceiver, trouble: string | null) => {
    if (trouble !== null && !failing.has(id)) onTrouble(name, trouble);
    if (trouble === null) failing.delete(id);
    else failing.add(id);
  };
  const begin = async () => {
    for (const receiver of await findDueReceivers(deps.db, new Date())) {
      if (lines.has(receiver.id)) continue;
      const line = deliverTo(deps, receiver, (trouble) => note(receiver, trouble))
        .catch(onFailure)
        .finally(() => lines.delete(receiver.id));
      lines.set(receiver.id, line);
    }
  };
  const jobs = [
    periodicJob(everyMs, begin, onFailure),
    periodicJob(parkEveryMs, () => parkForgotten(deps.db, new Date()), onFailure),
  ];
  return {
    close: async () => {
      await Promise.all(jobs.map((job) => job.close()));
      await Promise.all(lines.values());
    },
  };
}

/** Delivers what is due to every receiver, and waits for it. */
export async function deliverDueEvents(deps: EventWorkerDeps): Promise<void> {
  const due = await findDueReceivers(deps.db, new Date());
  await Promise.all(due.map((receiver) => deliverTo(deps, receiver, () => {})));
}

/** Delivers batch after batch, until nothing is due or the receiver takes none of a batch. */
async function deliverTo(
  deps: EventWorkerDeps,
  { id }: Pick<StoredReceiver, 'id'>,
  note: (trouble: string | null) => void,
): Promise<void> {
  for (let round = 0; round < mostRounds; round += 1) {
    const receiver = await findReceiver(deps.db, id); // an administrator may have changed it since the last round
    if (receiver?.status !== 'enabled') return;
    const now = new Date();
    const until = new Date(now.getTime() + takenForMs);
    const taken = await takeEvents(deps.db, receiver.id, { most: atOnce, now, until });
    if (taken.length === 0) return;
    const troubles = await Promise.all(taken.map((event) => deliver(deps, receiver, event)));
    const heard = taken.filter((_, at) => troubles[at] === null).map(({ id }) => id);
    await endEvents(deps.db, receiver.id, heard);
    const delivered = heard.length;
    const trouble = troubles.find((one) => one !== null) ?? null;
    await noteRound(deps.db, receiver.id, { delivered, trouble, now: new Date() });
    note(trouble);
    if (delivered === 0) return;
  }
}

/** Null if the receiver has taken the event, or why it has not. */
async function deliver(
  deps: EventWorkerDeps,
  receiver: StoredReceiver,
  event: QueuedEvent,
): Promise<string | null> {
  const outgoing = outgoingOf(deps.issuer, event, receiver.id);
  const trouble = outgoing ? await sendEvent(deps, receiver, outgoing, new Date()) : 'of a later release';
  if (trouble === null) return null;
  const now = new Date();
  const again = new Date(now.getTime() + waitMs(event.attempts));
  await postponeEvent(deps.db, { id: event.id, trouble, again, now });
  return trouble;
}
