import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../../db/in-transaction.ts';
import { notMeUrl } from '../../domain/notices/not-me.ts';
import { recoveryOver } from '../../domain/recovery/recovery-problems.ts';
import { proofSeconds } from '../../domain/recovery/recovery-rule.ts';
import { oneLine } from '../../lib/client-info.ts';
import { hashOf, newSecretToken } from '../../lib/crypto/secret-token.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { hashOfTyped, newTypedCode } from '../mfa/providers/one-time-codes.ts';
import { findUser } from '../users/user-store.ts';
import { findAccountRule } from './find-account-rule.ts';
import { insertRecovery, redeemRecoveryLink } from './recovery-store.ts';

/**
 * Begins a recovery by the link of a mail, once. Returns the code of the recovery: the person needs it for each further
 * step, and after the wait. No mail holds it. So a thief who reads the mailbox cannot go on with what the owner proved.
 * The owner hears of it at every address, with a link that stops it. Throws 401 invalid-token.
 */
export async function beginRecovery(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'portalUrl'>,
  ctx: RequestContext,
  token: string,
): Promise<string> {
  const code = newTypedCode();
  const stopToken = newSecretToken();
  const begun = await inTransaction(deps.db, async (tx) => {
    const link = await redeemRecoveryLink(tx, hashOf(token), ctx.now);
    const user = link && (await findUser(tx, link.userId));
    if (!link || !user || !(await findAccountRule(tx, ctx, user.roles))) return false;
    const id = randomUUID();
    await insertRecovery(tx, {
      ...{ id, codeHash: hashOfTyped(code), ...link },
      ...{ ip: ctx.client.ip, userAgent: oneLine(ctx.client.userAgent) },
      openedAt: ctx.now,
      expiresAt: new Date(ctx.now.getTime() + proofSeconds * 1000),
      stopHashes: [hashOf(stopToken)],
    });
    await writeAudit(tx, ctx, {
      ...{ type: 'recovery_begun', outcome: 'success', userId: user.id, detail: { recovery: id } },
    });
    await notifyOwner(tx, deps, ctx, {
      user,
      factors: await listFactors(tx, user.id),
      notice: 'recovery_begun',
      link: notMeUrl(deps.portalUrl, stopToken),
    });
    return true;
  });
  if (begun) return code;
  await writeAudit(deps.db, ctx, { type: 'recovery_begun', outcome: 'failure' });
  throw recoveryOver();
}
