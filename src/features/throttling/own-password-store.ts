import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import {
  keepReservation,
  type LimitedKey,
  type ReservationRefused,
  refusedReservation,
  releaseReservation,
  reserveAttempt,
  resetThrottle,
  type ThrottleKey,
} from './password-throttle-store.ts';

/** Reserves one attempt at a signed-in user's own password. */
export async function reserveOwnPassword(
  db: Db,
  throttle: LimitedKey,
  now: Date,
): Promise<ReservationRefused | { readonly admitted: true }> {
  const { rows } = await sql<{ admitted: boolean; admittedHere: boolean }>`
    with ${reserveAttempt(throttle, now)}
    select exists (select from overall) as admitted, exists (select from here) as admitted_here`.execute(db);
  if (rows[0]?.admitted) return { admitted: true };
  return refusedReservation(db, throttle, rows[0]?.admittedHere ?? false, now);
}

export async function resetOwnPassword(db: Db, throttle: ThrottleKey, now: Date): Promise<void> {
  await sql`with ${resetThrottle(throttle, now)} select 1`.execute(db);
}

/** Settles a wrong password: the attempt stays counted and is no longer in flight. Writes no event. */
export async function keepOwnPassword(db: Db, throttle: ThrottleKey): Promise<void> {
  await sql`with ${keepReservation(throttle)} select 1`.execute(db);
}

/** Gives back an attempt if the service did not compare the password. */
export async function releaseOwnPassword(db: Db, throttle: ThrottleKey): Promise<void> {
  await sql`with ${releaseReservation(throttle)} select 1`.execute(db);
}
