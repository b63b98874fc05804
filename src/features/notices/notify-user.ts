import type { Db } from '../../../db/connect.ts';
import type { Written } from '../../domain/notices/letter.ts';
import type { Letterhead } from '../../domain/notices/letterhead.ts';
import { notMeMark } from '../../domain/notices/not-me.ts';
import {
  type About,
  type Notice,
  type NoticeInput,
  offersNotMe,
  type Recipient,
  writeNotice,
} from '../../domain/notices/notices.ts';
import { isTexted, writeTextNotice } from '../../domain/notices/text-notice.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import { newSecretToken } from '../../lib/crypto/secret-token.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import {
  type EncryptedMail,
  encryptMail,
  enqueueMail,
  enqueueText,
  type NotMe,
  type OutText,
} from './outbox-store.ts';

/** What it takes to write a mail and to queue it. */
export type MailDeps = Pick<Deps, 'vault' | 'letterhead'>;

/** A telephone that gets the notices of dangers. `hint` is the masked number. */
export type Telephone = Pick<OutText, 'to' | 'userId' | 'toll'> & { readonly hint: string };

/**
 * Mails a user a notice about their account, at each given address (the old and the new one if the address changed).
 * If the notice tells of a danger, each telephone gets a text message too: see texted-notices.ts. `tx` is the
 * transaction of the event.
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
    telephones = [],
    link,
  }: {
    readonly user: Recipient & { readonly email: string | null };
    readonly notice: Notice;
    readonly about?: About | null;
    readonly alsoTo?: readonly string[] | undefined;
    readonly telephones?: readonly Telephone[];
    /** The page where the user can follow the advice. */
    readonly link?: string;
  },
): Promise<void> {
  const addresses = new Set([...(user.email ? [user.email] : []), ...alsoTo]);
  const { username } = user;
  const written = write(letterhead, ctx, { notice, user, about, at: ctx.now, link });
  for (const to of addresses)
    await enqueueMail(tx, { vault, mail: { to, ...written }, username, now: ctx.now });
  if (!isTexted(notice)) return;
  const { subject, notMe } = written;
  const text = writeTextNotice(letterhead, { notice, user, link, notMe: notMe && notMeMark(notMe.token) });
  for (const { hint, ...telephone } of telephones) {
    const message = { ...telephone, text, ...(notMe && { notMe }) };
    await enqueueText(tx, { vault, text: message, username, subject, hint, now: ctx.now });
  }
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
  const written = write(letterhead, ctx, notice);
  return [...new Set(addresses)].map((to) => encryptMail(vault, { to, ...written }, notice.user.username));
}

/** Writes a notice with the link "it was not me", if it has one. One token serves every address. */
function write(
  letterhead: Letterhead,
  ctx: AuditContext,
  input: Omit<NoticeInput, 'ip' | 'client' | 'notMe'>,
): Written & { readonly notMe?: NotMe } {
  const client = clientFields(ctx.client);
  if (!offersNotMe(input.notice)) return writeNotice(letterhead, { ...input, ...client });
  const token = newSecretToken();
  const { notice, user, at } = input;
  return {
    ...writeNotice(letterhead, { ...input, ...client, notMe: notMeMark(token) }),
    notMe: { token, username: user.username, notice, writtenAt: at.toISOString() },
  };
}

function clientFields({ ip, userAgent }: ClientInfo) {
  return { ip, client: userAgent };
}
