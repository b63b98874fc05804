import type { Db } from '../../../db/connect.ts';
import { type About, type Letter, type Notice, writeLetter } from '../../domain/notices/notices.ts';
import type { Origin } from '../../lib/client-info.ts';
import type { Vault } from '../../lib/crypto/vault.ts';
import { postMail, type Sealed, sealMail } from './outbox-store.ts';

/**
 * Tells a user by mail what happened to their account, at every address named (old and new where one changed).
 * Call it inside the transaction of the event.
 */
export async function notifyUser(
  { db, vault }: { readonly db: Db; readonly vault: Vault },
  user: { readonly username: string; readonly email: string | null },
  notice: Notice,
  about: About | null,
  origin: Origin,
  now: Date,
  alsoTo: readonly string[] = [],
): Promise<void> {
  const addresses = new Set([...(user.email ? [user.email] : []), ...alsoTo]);
  const { username } = user;
  const letter = writeLetter({ notice, username, about, at: now, ...whence(origin) });
  for (const to of addresses) await postMail(db, vault, { to, ...letter }, username, now);
}

/** The same letter to each address, for a statement that tells of something at once: see postInsert. */
export function sealLetters(
  vault: Vault,
  addresses: readonly string[],
  letter: Omit<Letter, 'ip' | 'client'>,
  origin: Origin,
): readonly Sealed[] {
  const written = writeLetter({ ...letter, ...whence(origin) });
  return [...new Set(addresses)].map((to) => sealMail(vault, { to, ...written }, letter.username));
}

function whence({ ip, userAgent }: Origin) {
  return { ip, client: userAgent };
}
