import { setTimeout as sleep } from 'node:timers/promises';
import { dependencyUnavailable, type Problem } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { releaseOwnPassword } from './own-password-store.ts';
import type { ReservationRefused, ThrottleKey } from './password-throttle-store.ts';

/** The queue of one name from one network, in this process. */
type Line = { last: Promise<unknown>; length: number };

const lines = new Map<string, Line>();
const longestLine = 200;
const longestMs = 5_000;
const lookMs = 20;

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
  const line = lines.get(key) ?? { last: Promise.resolve(), length: 0 };
  if (line.length >= longestLine) throw busy();
  const since = performance.now();
  const reservation = line.last.then(() => reserveOrWait(reserve, since));
  line.last = reservation.catch(() => {});
  line.length += 1;
  lines.set(key, line);
  try {
    return await reservation;
  } finally {
    line.length -= 1;
    if (line.length === 0) lines.delete(key);
  }
}

async function reserveOrWait<Admitted extends { readonly admitted: true }>(
  reserve: (now: Date) => Promise<Admitted | ReservationRefused>,
  since: number,
): Promise<Admitted | ReservationRefused> {
  for (;;) {
    const reservation = await reserve(new Date());
    if (reservation.admitted || !reservation.open) return reservation;
    if (performance.now() - since > longestMs) throw busy();
    await sleep(lookMs);
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
