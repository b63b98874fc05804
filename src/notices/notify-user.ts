import type { Db } from '../../db/connect.ts';
import type { Origin } from '../origin.ts';
import type { Vault } from '../vault.ts';
import { type Notice, writeLetter } from './core/letters.ts';
import { postMail } from './outbox-store.ts';

/**
 * Tells a user by mail what happened to their account, at every address named (old and new where one changed).
 * Call it inside the transaction of the event.
 */
export async function notifyUser(
  { db, vault }: { readonly db: Db; readonly vault: Vault },
  user: { readonly username: string; readonly email: string | null },
  notice: Notice,
  about: string | null,
  origin: Origin,
  now: Date,
  alsoTo: readonly string[] = [],
): Promise<void> {
  const addresses = new Set([...(user.email ? [user.email] : []), ...alsoTo]);
  const letter = writeLetter({ notice, username: user.username, about, at: now, ip: origin.ip });
  for (const to of addresses) await postMail(db, vault, { to, ...letter }, now);
}
