import { isKnown, tellingOf } from '../../domain/security-events/event-names.ts';
import type { Receiver } from '../../domain/security-events/receiver.ts';
import { keyIn, type PageRequest, pageOf } from '../../lib/page.ts';
import { notFound, type Problem } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { findParked, type ParkedEvent } from './event-queue-store.ts';
import { findReceiver, findReceivers, type ReceiverFigures } from './receiver-store.ts';

/** A receiver without its secrets. */
export type ShownReceiver = Receiver & ReceiverFigures;

export function receiverNotFound(): Problem {
  return notFound({ detail: 'There is no such receiver.' });
}

export async function listReceivers({ db }: Pick<Deps, 'db'>): Promise<readonly ShownReceiver[]> {
  return findReceivers(db);
}

/** Throws 404. */
export async function showReceiver(deps: Pick<Deps, 'db'>, id: string): Promise<ShownReceiver> {
  const found = (await listReceivers(deps)).find((one) => one.id === id);
  if (!found) throw receiverNotFound();
  return found;
}

/** The events that the service has given up, oldest first. Throws 404, or 400 for a wrong cursor. */
export async function readParked(
  { db }: Pick<Deps, 'db'>,
  id: string,
  { limit, cursor }: PageRequest,
): Promise<{ readonly events: readonly ParkedEvent[]; readonly nextCursor: string | null }> {
  if (!(await findReceiver(db, id))) throw receiverNotFound();
  const after = cursor === undefined ? 0 : Number(keyIn(cursor, /^(\d{1,16})$/)[0]);
  const found = await findParked(db, id, { limit: limit + 1, after });
  const { rows: events, nextCursor } = pageOf(found, limit, ({ number }) => String(number));
  return { events, nextCursor };
}

/** The name of a waiting or parked event, as the API shows it. An event of a later release has its source. */
export function nameOfQueued(source: ParkedEvent['source']): string {
  return isKnown(source) ? tellingOf(source).name : source;
}
