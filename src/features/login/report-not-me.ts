import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import type { ApprovalAction } from '../../domain/approvals/approval.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { findStoppable, stopApproval, stopApprovalsOf } from '../approvals/approval-store.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { unbindFactors } from '../mfa/former-factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { findNotMeLink, protectedBy, redeemNotMeLink } from '../notices/not-me-store.ts';
import { findStoppableRecovery, stopByToken, stopRecoveriesOf } from '../recovery/recovery-store.ts';
import { reportStopped } from '../recovery/stop-recovery.ts';
import { endCallerChecks } from '../user-admin/caller-check-store.ts';
import { applyAccountStatus } from '../user-admin/change-account-status.ts';
import { lockAccount, saveReport } from '../users/account-store.ts';
import { lockUser } from '../users/user-store.ts';
import { linkOver } from './read-password-link.ts';

type NotMeDeps = Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'sessions'>;

/** What the link of a letter does: it stops one request or one recovery, or locks the account. */
export type NotMeLink = { readonly username: string } & (
  | { readonly stops: 'approval'; readonly action: ApprovalAction }
  | { readonly stops: 'account' }
  | { readonly stops: 'recovery' }
);

/** What a link would do. It stays valid. Throws 401 invalid-token, the same as `reportNotMe`. */
export async function readNotMeLink(
  { db }: Pick<Deps, 'db'>,
  ctx: AuditContext,
  token: string,
): Promise<NotMeLink> {
  const hash = hashOf(token);
  const owner = await findNotMeLink(db, hash, ctx.now);
  if (owner) return { username: owner.username, stops: 'account' };
  const approval = await findStoppable(db, hash, ctx.now);
  if (approval?.username) return { username: approval.username, stops: 'approval', action: approval.action };
  const recovery = await findStoppableRecovery(db, hash, ctx.now);
  if (recovery) return { username: recovery.username, stops: 'recovery' };
  return refuse(db, ctx);
}

/**
 * Does what the link of a letter is for, once. Throws 401 invalid-token, the same for a link that was used, has expired
 * or never existed.
 */
export async function reportNotMe(deps: NotMeDeps, ctx: AuditContext, token: string): Promise<void> {
  const hash = hashOf(token);
  const userId = await inTransaction(deps.db, async (tx) => {
    await lockUser(tx, protectedBy(hash));
    const link = await redeemNotMeLink(tx, hash, ctx.now);
    if (link) return lock(tx, deps, ctx, link);
    const approval = await stopApproval(tx, hash, ctx.now);
    if (approval?.userId) return stop(tx, deps, ctx, { ...approval, userId: approval.userId });
    const recovery = await stopByToken(tx, hash, ctx.now);
    return recovery ? stopRecovery(tx, deps, ctx, recovery) : null;
  });
  if (userId === null) return refuse(deps.db, ctx);
  deps.sessions.forgetUser(userId);
}

async function refuse(db: Db, ctx: AuditContext): Promise<never> {
  await writeAudit(db, ctx, { type: 'account_reported', outcome: 'failure' });
  throw linkOver();
}

/**
 * Ends what somebody else may have begun: sessions, trusted devices, logins, links, bypass codes, checks of
 * who is calling, requests and recoveries. The account stays locked until somebody unlocks it. An account that was disabled before is not the helpdesk's to unlock.
 */
async function lock(
  tx: Db,
  deps: NotMeDeps,
  ctx: AuditContext,
  { userId, notice }: { readonly userId: string; readonly notice: string },
): Promise<string | null> {
  const user = await lockAccount(tx, userId);
  if (!user) return null;
  const factors = await listFactors(tx, userId);
  if (user.status === 'active') {
    await applyAccountStatus(tx, ctx, { userId, change: { status: 'disabled' }, by: null });
    await saveReport(tx, userId, ctx.now);
  }
  const ended = { cause: 'removed', by: null, at: ctx.now } as const;
  await unbindFactors(tx, userId, { method: 'bypass_code' }, ended);
  await endCallerChecks(tx, userId, ctx.now);
  await stopRecoveriesOf(tx, { userId }, ctx.now);
  const stopped = await stopApprovalsOf(tx, userId, ctx.now);
  const about = { notice, approvals_stopped: stopped };
  await writeAudit(tx, ctx, { type: 'account_reported', outcome: 'success', userId, detail: about });
  await notifyOwner(tx, deps, ctx, { user, factors, notice: 'account_reported' });
  return userId;
}

async function stopRecovery(
  tx: Db,
  deps: NotMeDeps,
  ctx: AuditContext,
  { id, userId }: { readonly id: string; readonly userId: string },
): Promise<string> {
  await reportStopped(tx, deps, ctx, { userId, detail: { recovery: id } });
  return userId;
}

async function stop(
  tx: Db,
  deps: NotMeDeps,
  ctx: AuditContext,
  approval: {
    readonly id: string;
    readonly action: ApprovalAction;
    readonly userId: string;
    readonly requestedBy: string;
  },
): Promise<string | null> {
  const { id, action, userId, requestedBy } = approval;
  const user = await lockAccount(tx, userId);
  if (!user) return null;
  const detail = { approval_id: id, action, requested_by: requestedBy };
  await writeAudit(tx, ctx, { type: 'approval_stopped', outcome: 'success', userId, detail });
  await notifyOwner(tx, deps, ctx, {
    user,
    factors: await listFactors(tx, userId),
    notice: 'approval_stopped',
  });
  return userId;
}
