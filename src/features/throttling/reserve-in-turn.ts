import { setTimeout as sleep } from 'node:timers/promises';
import { dependencyUnavailable, type Problem } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { releaseOwnPassword } from './own-password-store.ts';
import type { ReservationRefused, ThrottleKey } from './password-throttle-store.ts';

/** The queue of one name from one network, in this process. */
type Queue = { last: Promise<unknown>; length: number };

const queues = new Map<string, Queue>();
const longestQueue = 200;
const longestWaitMs = 5_000;
const pollMs = 20;

/**
 * Reserves an attempt. Simultaneous attempts at one name from one network take turns. If all attempts are taken and
 * the service is still comparing some of them, the call waits. A right password gives its attempt back. Throws 503 if
 * the wait takes too long, because the service then does not know whether too many passwords were wrong.
 */
export async function reserveInTurn<Admitted extends { readonly admitted: true }>(
  { subject, network }: ThrottleKey,
  reserve: (now: Date) => Promise<Admitted | ReservationRefused>,
): Promise<Admitted | ReservationRefused> {
  const key = `${subject} ${network}`;
  const queue = queues.get(key) ?? { last: Promise.resolve(), length: 0 };
  if (queue.length >= longestQueue) throw busy();
  const since = performance.now();
  const reservation = queue.last.then(() => reserveOrWait(reserve, since));
  queue.last = reservation.catch(() => {});
  queue.length += 1;
  queues.set(key, queue);
  try {
    return await reservation;
  } finally {
    queue.length -= 1;
    if (queue.length === 0) queues.delete(key);
  }
}

async function reserveOrWait<Admitted extends { readonly admitted: true }>(
  reserve: (now: Date) => Promise<Admitted | ReservationRefused>,
  since: number,
): Promise<Admitted | ReservationRefused> {
  for (;;) {
    const reservation = await reserve(new Date());
    if (reservation.admitted || !reservation.open) return reservation;
    if (performance.now() - since > longestWaitMs) throw busy();
    await sleep(pollMs);
  }
}

function busy(): Problem {
  return dependencyUnavailable({
    detail: 'Too many passwords of this username are being checked. Try again.',
    retry_after: 1,
  });
}

/**
 * Compares a password after its attempt was reserved. If the comparison fails, as with a full queue, it gives the
 * attempt back.
 */
export async function compareReserved(
  { db, hasher }: Pick<Deps, 'db' | 'hasher'>,
  throttle: ThrottleKey,
  hash: string | null,
  password: string,
): Promise<boolean> {
  try {
    return await hasher.verify(hash, password, throttle.network);
  } catch (error) {
    await releaseOwnPassword(db, throttle);
    throw error;
  }
}
