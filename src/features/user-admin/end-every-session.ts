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
 * Logs everybody out: after a restore of the database, or when tokens may be in the wrong hands. Logins half done and trusted
 * devices end too. The version of each user is raised first: what is under way on the grounds of before opens nothing any
 * more. Gives how many sessions.
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
