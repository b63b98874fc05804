import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import {
  clearGuess,
  type Guess,
  type GuessRefused,
  giveBackGuess,
  keepGuess,
  payForGuess,
  refusedGuess,
} from './password-throttle-store.ts';

/** Pays for one try of a signed-in user's own password. */
export async function payForOwnPassword(
  db: Db,
  guess: Guess,
  now: Date,
): Promise<GuessRefused | { readonly admitted: true }> {
  const { rows } = await sql<{ admitted: boolean; paidHere: boolean }>`
    with ${payForGuess(guess, now)}
    select exists (select from overall) as admitted, exists (select from here) as paid_here`.execute(db);
  if (rows[0]?.admitted) return { admitted: true };
  return refusedGuess(db, guess, rows[0]?.paidHere ?? false, now);
}

export async function clearOwnPassword(db: Db, guess: Guess, now: Date): Promise<void> {
  await sql`with ${clearGuess(guess, now)} select 1`.execute(db);
}

/** Nothing more is told of it: it was wrong, and is no longer in flight. */
export async function keepPaid(db: Db, guess: Guess): Promise<void> {
  await sql`with ${keepGuess(guess)} select 1`.execute(db);
}

/** Nobody has compared the password. */
export async function giveBack(db: Db, guess: Guess): Promise<void> {
  await sql`with ${giveBackGuess(guess)} select 1`.execute(db);
}
