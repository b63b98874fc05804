import type { Db } from '../../../db/connect.ts';
import { writeLinkNotice } from '../../domain/notices/password-link-notices.ts';
import { type LinkPurpose, linkSeconds } from '../../domain/passwords/password-link.ts';
import { hashOf, newSecretToken } from '../../lib/crypto/secret-token.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { enqueueMail } from '../notices/outbox-store.ts';
import { type NewLink, saveLink } from './password-link-store.ts';

type LinkDeps = Pick<Deps, 'vault' | 'portalUrl'>;

/**
 * A link and the mail that contains it. The database keeps only the token's hash. The token itself is only in the
 * mail.
 */
export function newLink(
  { portalUrl }: Pick<Deps, 'portalUrl'>,
  purpose: LinkPurpose,
  username: string,
  now: Date,
) {
  const token = newSecretToken();
  const lifeSeconds = linkSeconds[purpose];
  const expiresAt = new Date(now.getTime() + lifeSeconds * 1000);
  const link: NewLink = { tokenHash: hashOf(token), purpose, expiresAt };
  return { link, notice: writeLinkNotice({ purpose, username, portalUrl, token, lifeSeconds }) };
}

/** Saves the link and queues its mail. Call it in the transaction of the change that the mail announces. */
export async function sendPasswordLink(
  deps: LinkDeps,
  {
    tx,
    user,
    purpose,
    now,
  }: {
    readonly tx: Db;
    readonly user: { readonly id: string; readonly username: string; readonly email: string };
    readonly purpose: LinkPurpose;
    readonly now: Date;
  },
): Promise<void> {
  const { link, notice } = newLink(deps, purpose, user.username, now);
  await saveLink(tx, user.id, link, now);
  await enqueueMail(tx, {
    vault: deps.vault,
    mail: { to: user.email, ...notice },
    username: user.username,
    now,
  });
}
