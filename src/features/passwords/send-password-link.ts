import type { Db } from '../../../db/connect.ts';
import type { Recipient } from '../../domain/notices/notices.ts';
import { writeLinkNotice } from '../../domain/notices/password-link-notices.ts';
import { type LinkPurpose, linkSeconds } from '../../domain/passwords/password-link.ts';
import type { HelpdeskActor } from '../../domain/users/actor.ts';
import { hashOf, newSecretToken } from '../../lib/crypto/secret-token.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { enqueueMail } from '../notices/outbox-store.ts';
import { findUsername, type NewLink, saveLink } from './password-link-store.ts';

type LinkDeps = Pick<Deps, 'vault' | 'portalUrl' | 'linkMails' | 'letterhead'>;

/**
 * A link and the mail that contains it. The database keeps only the token's hash. The token itself is only in the
 * mail.
 */
export function newLink(
  { portalUrl, linkMails, letterhead }: Omit<LinkDeps, 'vault'>,
  {
    purpose,
    user,
    invitedBy,
    now,
  }: {
    readonly purpose: LinkPurpose;
    readonly user: Recipient;
    readonly invitedBy: string | null;
    readonly now: Date;
  },
) {
  const token = newSecretToken();
  const lifeSeconds = linkSeconds[purpose];
  const expiresAt = new Date(now.getTime() + lifeSeconds * 1000);
  const link: NewLink = { tokenHash: hashOf(token), purpose, expiresAt };
  const pageUrl = portalUrl + (purpose === 'invitation' ? linkMails.invitePath : '/reset');
  const about = { purpose, user, pageUrl, token, lifeSeconds, invitedBy };
  return { link, notice: writeLinkNotice(letterhead, about) };
}

/** Saves the link and queues its mail. Call it in the transaction of the change that the mail announces. */
export async function sendPasswordLink(
  deps: LinkDeps,
  {
    tx,
    user,
    purpose,
    by,
    now,
  }: {
    readonly tx: Db;
    readonly user: Recipient & { readonly id: string; readonly email: string };
    readonly purpose: LinkPurpose;
    readonly by: HelpdeskActor;
    readonly now: Date;
  },
): Promise<void> {
  const { username } = user;
  const inviter = by && purpose === 'invitation' ? await findUsername(tx, by.userId) : null;
  const { link, notice } = newLink(deps, { purpose, user, invitedBy: inviter, now });
  await saveLink(tx, user.id, link, now);
  await enqueueMail(tx, { vault: deps.vault, mail: { to: user.email, ...notice }, username, now });
}
