import type { Db } from '../../../db/connect.ts';
import { writeLinkNotice } from '../../domain/notices/password-link-notices.ts';
import { type LinkPurpose, linkSeconds } from '../../domain/passwords/password-link.ts';
import type { HelpdeskActor } from '../../domain/users/actor.ts';
import { hashOf, newSecretToken } from '../../lib/crypto/secret-token.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { enqueueMail } from '../notices/outbox-store.ts';
import { findUsername, type NewLink, saveLink } from './password-link-store.ts';

type LinkDeps = Pick<Deps, 'vault' | 'portalUrl' | 'linkMails'>;

/**
 * A link and the mail that contains it. The database keeps only the token's hash. The token itself is only in the
 * mail.
 */
export function newLink(
  { portalUrl, linkMails }: Pick<Deps, 'portalUrl' | 'linkMails'>,
  {
    purpose,
    username,
    invitedBy,
    now,
  }: {
    readonly purpose: LinkPurpose;
    readonly username: string;
    readonly invitedBy: string | null;
    readonly now: Date;
  },
) {
  const token = newSecretToken();
  const lifeSeconds = linkSeconds[purpose];
  const expiresAt = new Date(now.getTime() + lifeSeconds * 1000);
  const link: NewLink = { tokenHash: hashOf(token), purpose, expiresAt };
  const { serviceName, invitePath } = linkMails;
  const pageUrl = portalUrl + (purpose === 'invitation' ? invitePath : '/reset');
  const about = { purpose, username, pageUrl, token, lifeSeconds, serviceName, invitedBy };
  return { link, notice: writeLinkNotice(about) };
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
    readonly user: { readonly id: string; readonly username: string; readonly email: string };
    readonly purpose: LinkPurpose;
    readonly by: HelpdeskActor;
    readonly now: Date;
  },
): Promise<void> {
  const { username } = user;
  const inviter = by && purpose === 'invitation' ? await findUsername(tx, by.userId) : null;
  const { link, notice } = newLink(deps, { purpose, username, invitedBy: inviter, now });
  await saveLink(tx, user.id, link, now);
  await enqueueMail(tx, { vault: deps.vault, mail: { to: user.email, ...notice }, username, now });
}
