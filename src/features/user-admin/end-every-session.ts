import { inTransaction } from '../../../db/in-transaction.ts';
import { type Justification, justificationDetail } from '../../domain/users/actor.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { deleteEveryDevice } from '../devices/device-store.ts';
import { cancelEveryPendingLogin } from '../mfa/pending-login-store.ts';
import { endEverySession } from '../sessions/session-store.ts';
import { raiseEverySecurityVersion } from '../users/security-store.ts';

/**
 * Logs every user out, after a restore of the database or when an attacker may have tokens. Also ends pending logins
 * and trusted devices. Raises every user's security version first, so that requests in progress can grant nothing on
 * earlier facts. Returns the number of ended sessions.
 */
export async function logOutEverybody(
  { db }: Pick<Deps, 'db'>,
  ctx: AuditContext,
  cause: Justification,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    await raiseEverySecurityVersion(tx);
    await cancelEveryPendingLogin(tx);
    await deleteEveryDevice(tx);
    const sessions = await endEverySession(tx, ctx.now);
    const detail = { ...justificationDetail(cause), sessions };
    await writeAudit(tx, ctx, { type: 'session_ended', outcome: 'success', detail });
    return sessions;
  });
}
