import type { Db } from '../../../db/connect.ts';
import {
  type About,
  type Notice,
  type NoticeInput,
  type Recipient,
  writeNotice,
} from '../../domain/notices/notices.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { type EncryptedMail, encryptMail, enqueueMail } from './outbox-store.ts';

/** What it takes to write a mail and to queue it. */
export type MailDeps = Pick<Deps, 'vault' | 'letterhead'>;

/**
 * Mails a user a notice about their account, at each given address (the old and the new one if the address changed).
 * `tx` is the transaction of the event.
 */
export async function notifyUser(
  tx: Db,
  { vault, letterhead }: MailDeps,
  ctx: AuditContext,
  {
    user,
    notice,
    about = null,
    alsoTo = [],
  }: {
    readonly user: Recipient & { readonly email: string | null };
    readonly notice: Notice;
    readonly about?: About | null;
    readonly alsoTo?: readonly string[] | undefined;
  },
): Promise<void> {
  const addresses = new Set([...(user.email ? [user.email] : []), ...alsoTo]);
  const { username } = user;
  const written = writeNotice(letterhead, { notice, user, about, at: ctx.now, ...clientFields(ctx.client) });
  for (const to of addresses)
    await enqueueMail(tx, { vault, mail: { to, ...written }, username, now: ctx.now });
}

/**
 * Encrypts the same notice for each address, for a statement that enqueues several mails at once: see enqueueInsert.
 */
export function encryptNotices(
  { vault, letterhead }: MailDeps,
  ctx: AuditContext,
  addresses: readonly string[],
  notice: Omit<NoticeInput, 'ip' | 'client'>,
): readonly EncryptedMail[] {
  const written = writeNotice(letterhead, { ...notice, ...clientFields(ctx.client) });
  return [...new Set(addresses)].map((to) => encryptMail(vault, { to, ...written }, notice.user.username));
}

function clientFields({ ip, userAgent }: ClientInfo) {
  return { ip, client: userAgent };
}
