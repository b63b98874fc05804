import { randomBytes, randomUUID } from 'node:crypto';
import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import { linkSeconds } from '../../domain/passwords/password-link.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import { hashOf, newSecretToken } from '../../lib/crypto/secret-token.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { unbindFactors } from '../mfa/former-factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { notifyUser } from '../notices/notify-user.ts';
import { deleteLinks, saveLink } from '../passwords/password-link-store.ts';
import { clearFailures } from '../throttling/password-throttle-store.ts';
import { clearThrottle } from '../throttling/throttle-store.ts';
import { findOtherAdmins, lockAccount, saveMfaReset } from '../users/account-store.ts';
import { markFactorsChanged } from '../users/security-store.ts';
import { noMailAddress } from '../users/user-faults.ts';
import { findUserByName } from '../users/user-store.ts';
import { redeemShares, replaceShares } from './break-glass-store.ts';
import { applyAccountStatus } from './change-account-status.ts';

type MailDeps = Pick<Deps, 'db' | 'vault' | 'letterhead'>;

/**
 * Makes recovery shares (Shamir's secret sharing over GF(256)): `needed` of them open one administrator, fewer tell
 * nothing. Voids an earlier set. Only this answer ever shows the shares.
 */
export async function makeShares(
  deps: MailDeps,
  ctx: AuditContext,
  { shares, needed }: { readonly shares: number; readonly needed: number },
): Promise<readonly string[]> {
  const { split } = await import('shamir-secret-sharing'); // recovery shares are rare, so no start loads it
  const secret = randomBytes(32);
  const parts = await split(new Uint8Array(secret), shares, needed);
  await inTransaction(deps.db, async (tx) => {
    const secretHash = hashOf(secret.toString('base64url'));
    await replaceShares(tx, { id: randomUUID(), secretHash, shares, needed, madeAt: ctx.now });
    await writeAudit(tx, ctx, { type: 'break_glass_made', outcome: 'success', detail: { shares, needed } });
    await mailAdmins(tx, deps, ctx, { notice: 'break_glass_made', but: null });
  });
  return parts.map((part) => Buffer.from(part).toString('base64url'));
}

export type OpenedAdministrator = {
  readonly username: string;
  readonly token: string;
  readonly expiresAt: Date;
};

/**
 * Opens one administrator by enough shares: enables the account, removes its factors, and returns the token that sets
 * its password. Every administrator gets a mail. The set is used up. Throws 401 invalid-token for shares that open
 * nothing, and 409 conflict if the user is no administrator or has no mail address.
 */
export async function openByShares(
  deps: MailDeps & Pick<Deps, 'providers' | 'sessions'>,
  ctx: AuditContext,
  { shares, username }: { readonly shares: readonly string[]; readonly username: string },
): Promise<OpenedAdministrator> {
  const secret = await secretOf(shares);
  const opened = await inTransaction(deps.db, async (tx) => {
    if (!(await redeemShares(tx, hashOf(secret), ctx.now))) return null;
    return open(tx, deps, ctx, username);
  });
  if (!opened) {
    await writeAudit(deps.db, ctx, { type: 'break_glass_used', outcome: 'failure' });
    throw invalidToken({
      detail: 'These shares open nothing: too few, mistyped, used, or of an earlier set.',
    });
  }
  deps.sessions.forgetUser(opened.userId);
  return opened;
}

async function open(
  tx: Db,
  deps: MailDeps & Pick<Deps, 'providers'>,
  ctx: AuditContext,
  username: string,
): Promise<OpenedAdministrator & { readonly userId: string }> {
  const named = await findUserByName(tx, username.toLowerCase());
  const user = named && (await lockAccount(tx, named.id));
  if (!user?.roles.includes('admin')) throw conflict({ detail: 'There is no administrator of this name.' });
  if (user.email === null) throw noMailAddress();
  const userId = user.id;
  const factors = await listFactors(tx, userId);
  await applyAccountStatus(tx, ctx, { userId, change: { status: 'active' }, by: null });
  await unbindFactors(tx, userId, 'all', { cause: 'reset', by: null, at: ctx.now });
  await markFactorsChanged(tx, userId, ctx.now);
  await saveMfaReset(tx, userId, ctx.now);
  await clearThrottle(tx, userId, ctx.now);
  await clearFailures(tx, user.username);
  await deleteLinks(tx, userId);
  const token = newSecretToken();
  const expiresAt = new Date(ctx.now.getTime() + linkSeconds.forgotten * 1000);
  await saveLink(tx, userId, { tokenHash: hashOf(token), purpose: 'helpdesk', expiresAt }, ctx.now);
  await writeAudit(tx, ctx, { type: 'break_glass_used', outcome: 'success', userId });
  await notifyOwner(tx, deps, ctx, { user, factors, notice: 'break_glass_used' });
  await mailAdmins(tx, deps, ctx, { notice: 'break_glass_used', but: userId });
  return { username: user.username, token, expiresAt, userId };
}

/** Shares that do not fit together give another secret, or none. Both open nothing. */
async function secretOf(shares: readonly string[]): Promise<string> {
  const parts = shares.map((share) => new Uint8Array(Buffer.from(share.trim(), 'base64url')));
  const { combine } = await import('shamir-secret-sharing');
  try {
    return Buffer.from(await combine(parts)).toString('base64url');
  } catch {
    return '';
  }
}

async function mailAdmins(
  tx: Db,
  deps: MailDeps,
  ctx: AuditContext,
  { notice, but }: { readonly notice: 'break_glass_made' | 'break_glass_used'; readonly but: string | null },
): Promise<void> {
  for (const user of await findOtherAdmins(tx, but)) await notifyUser(tx, deps, ctx, { user, notice });
}
