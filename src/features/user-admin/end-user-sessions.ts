import { actorFields, type ExplainedAction, justificationDetail } from '../../domain/users/actor.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endDevices } from '../devices/device-store.ts';
import { cancelPendingLogins } from '../mfa/pending-login-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { actOnUser } from './act-on-user.ts';

/** Logs a user out everywhere. Also ends the user's pending logins and trusted devices. */
export async function endUserSessions(
  deps: Pick<Deps, 'db' | 'sessions'>,
  ctx: AuditContext,
  { by, userId, cause = null }: ExplainedAction,
): Promise<void> {
  await actOnUser(deps, ctx, {
    by,
    userId,
    work: async (tx) => {
      await cancelPendingLogins(tx, { userId });
      const ended = await endSessions(tx, { userId }, ctx.now);
      await endDevices(tx, { userId }, ctx.now);
      const event = { type: 'session_ended', outcome: 'success', userId } as const;
      const detail = { ...justificationDetail(cause), sessions: ended.length };
      await writeAudit(tx, ctx, { ...event, ...actorFields(by), detail });
    },
  });
}
