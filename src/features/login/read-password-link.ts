import { invalidToken } from '../../domain/sessions/login-problems.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { findByLink, type LinkOwner } from '../passwords/password-link-store.ts';

/**
 * Whose link this is, and why it was sent. It stays valid. Throws 401 invalid-token, the same for a link that was used,
 * has expired or never existed.
 */
export async function readPasswordLink(
  { db }: Pick<Deps, 'db'>,
  ctx: AuditContext,
  token: string,
): Promise<LinkOwner> {
  const owner = await findByLink(db, hashOf(token), ctx.now);
  if (!owner) {
    await writeAudit(db, ctx, { type: 'password_reset', outcome: 'failure' });
    throw linkOver();
  }
  return owner;
}

/** Whether the link alone is not enough, because its owner had given the password up. */
export function needsRecoveryCode({
  passwordless,
  purpose,
}: Pick<LinkOwner, 'passwordless' | 'purpose'>): boolean {
  return passwordless && purpose === 'forgotten';
}

export function linkOver() {
  return invalidToken({ detail: 'This link was used, has expired, or was replaced. Ask for a new one.' });
}
