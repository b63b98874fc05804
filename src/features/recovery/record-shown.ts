import type { Db } from '../../../db/connect.ts';
import { hoursAfter, readdressedHours } from '../../domain/approvals/approval.ts';
import { notMeUrl } from '../../domain/notices/not-me.ts';
import { type AccountRule, isProven } from '../../domain/recovery/account-rule.ts';
import { recoveryConflict } from '../../domain/recovery/recovery-problems.ts';
import { finishSeconds, type RecoveryKind } from '../../domain/recovery/recovery-rule.ts';
import { hashOf, newSecretToken } from '../../lib/crypto/secret-token.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { isReaddressed } from '../approvals/approval-store.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { beginWait, type OwnRecovery, type Recovery, writeShown } from './recovery-store.ts';
import type { RecoveryDeps } from './recovery-ways.ts';

type Presented = {
  readonly recovery: OwnRecovery;
  readonly rule: AccountRule;
  readonly kind: RecoveryKind;
  readonly addressFactorId?: string;
};

/**
 * Writes that a kind was shown, in the transaction that uses up what was shown. If that is enough, the wait begins, and
 * the owner hears of it at every address. Throws 409 conflict if the kind was shown before, or the recovery is over.
 */
export async function recordShown(
  tx: Db,
  deps: RecoveryDeps,
  ctx: RequestContext,
  { recovery, rule, kind, addressFactorId }: Presented,
): Promise<void> {
  const { id, userId } = recovery;
  const now = await writeShown(tx, { id, kind, addressFactorId: addressFactorId ?? null }, ctx.now);
  if (!now) throw recoveryConflict('recovery_proven');
  const isEnough = isProven(rule, now.shown);
  const detail = { recovery: id, proven: isEnough };
  await writeAudit(tx, ctx, { type: 'recovery_shown', outcome: 'success', userId, method: kind, detail });
  if (isEnough) await wait(tx, deps, ctx, { recovery, rule, now });
}

async function wait(
  tx: Db,
  deps: RecoveryDeps,
  ctx: RequestContext,
  {
    recovery,
    rule,
    now,
  }: { readonly recovery: OwnRecovery; readonly rule: AccountRule; readonly now: Recovery },
): Promise<void> {
  const readyAt = hoursAfter(ctx.now, await hoursToWait(tx, ctx, { userId: recovery.userId, rule }));
  const expiresAt = new Date(readyAt.getTime() + finishSeconds * 1000);
  const stopToken = newSecretToken();
  if (!(await beginWait(tx, { id: now.id, readyAt, expiresAt, stopHash: hashOf(stopToken), now: ctx.now })))
    throw recoveryConflict('recovery_proven');
  await notifyOwner(tx, deps, ctx, {
    user: recovery,
    factors: await listFactors(tx, recovery.userId),
    notice: 'recovery_proven',
    about: { readyAt },
    link: notMeUrl(deps.portalUrl, stopToken),
  });
}

/** Where somebody has just changed the address, the letters go to the new one, and the owner needs time to read at the old. */
async function hoursToWait(
  tx: Db,
  ctx: RequestContext,
  { userId, rule }: { readonly userId: string; readonly rule: AccountRule },
): Promise<number> {
  const since = hoursAfter(ctx.now, -readdressedHours);
  return (await isReaddressed(tx, { userId, since }))
    ? Math.max(rule.waitHours, readdressedHours)
    : rule.waitHours;
}
