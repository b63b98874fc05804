import { actorFields, type ExplainedAction, justificationDetail } from '../../domain/users/actor.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { enableFactors } from '../mfa/factor-store.ts';
import { clearFailures } from '../throttling/password-throttle-store.ts';
import { clearThrottle } from '../throttling/throttle-store.ts';
import { endReport } from '../users/account-store.ts';
import { actOnUser } from './act-on-user.ts';

/**
 * Clears wrong passwords and codes, and enables the factors that wrong codes disabled. Enables an account that its
 * owner locked by the link of a letter. Only the terminal may unlock a
 * user without a reason.
 */
export async function unlockUser(
  deps: Pick<Deps, 'db' | 'sessions'>,
  ctx: AuditContext,
  { by, userId, cause = null }: ExplainedAction,
): Promise<void> {
  await actOnUser(deps, ctx, {
    by,
    userId,
    work: async (tx, user) => {
      await clearThrottle(tx, userId, ctx.now);
      await clearFailures(tx, user.username);
      const factors = await enableFactors(tx, userId);
      if (await endReport(tx, userId, ctx.now))
        await writeAudit(tx, ctx, { type: 'user_enabled', outcome: 'success', userId, ...actorFields(by) });
      const event = { type: 'user_unlocked', outcome: 'success', userId } as const;
      const detail = { ...justificationDetail(cause), factors };
      await writeAudit(tx, ctx, { ...event, ...actorFields(by), detail });
    },
  });
}
