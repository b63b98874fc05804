import { type Cause, causeDetail, doneBy, type Helper } from '../../domain/users/actor.ts';
import type { Origin } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endDevices } from '../devices/device-store.ts';
import { killLogins } from '../mfa/pending-login-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { helpUser } from './act-on-user.ts';

/** Logs a user out everywhere, half-finished logins included; no device is trusted any more. */
export async function endUserSessions(
  deps: Pick<Deps, 'db' | 'sessions'>,
  by: Helper,
  userId: string,
  origin: Origin,
  cause: Cause | null = null,
): Promise<void> {
  const now = new Date();
  await helpUser(deps, by, userId, origin, now, async (tx) => {
    await killLogins(tx, { userId });
    const ended = await endSessions(tx, { userId }, now);
    await endDevices(tx, { userId }, now);
    const event = { type: 'session_ended', outcome: 'success', userId } as const;
    const detail = { ...causeDetail(cause), sessions: ended.length };
    await writeAudit(tx, { ...event, ...doneBy(by), detail }, origin, now);
  });
}
