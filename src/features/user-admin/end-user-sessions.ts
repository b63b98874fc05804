import {
  actorFields,
  type HelpdeskActor,
  type Justification,
  justificationDetail,
} from '../../domain/users/actor.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endDevices } from '../devices/device-store.ts';
import { cancelPendingLogins } from '../mfa/pending-login-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { actOnUser } from './act-on-user.ts';

/** Logs a user out everywhere, half-finished logins included; no device is trusted any more. */
export async function endUserSessions(
  deps: Pick<Deps, 'db' | 'sessions'>,
  by: HelpdeskActor,
  userId: string,
  origin: ClientInfo,
  cause: Justification | null = null,
): Promise<void> {
  const now = new Date();
  await actOnUser(deps, by, userId, origin, now, async (tx) => {
    await cancelPendingLogins(tx, { userId });
    const ended = await endSessions(tx, { userId }, now);
    await endDevices(tx, { userId }, now);
    const event = { type: 'session_ended', outcome: 'success', userId } as const;
    const detail = { ...justificationDetail(cause), sessions: ended.length };
    await writeAudit(tx, { ...event, ...actorFields(by), detail }, origin, now);
  });
}
