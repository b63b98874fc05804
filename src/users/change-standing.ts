import { writeAudit } from '../audit/audit-store.ts';
import type { AuditEvent } from '../audit/core/events.ts';
import type { Deps } from '../deps.ts';
import { endSessions } from '../login/session-store.ts';
import { killLogins } from '../mfa/challenge-store.ts';
import type { Origin } from '../origin.ts';
import type { Role } from './core/roles.ts';
import { saveStanding } from './user-store.ts';

/** Bites on the next request, on every instance: sessions end, waiting logins die (PCI DSS 8.2.5). */
export async function changeStanding(
  deps: Pick<Deps, 'db' | 'sessions'>,
  userId: string,
  change: { readonly status: 'active' | 'disabled' } | { readonly roles: readonly Role[] },
  origin: Origin,
): Promise<void> {
  const now = new Date();
  await deps.db.transaction().execute(async (tx) => {
    await saveStanding(tx, userId, change);
    await endSessions(tx, { userId }, now);
    await killLogins(tx, { userId });
    await writeAudit(tx, { ...eventOf(change), outcome: 'success', userId }, origin, now);
  });
  deps.sessions.forgetUser(userId);
}

function eventOf(
  change: { status: 'active' | 'disabled' } | { roles: readonly Role[] },
): Pick<AuditEvent, 'type' | 'detail'> {
  if ('roles' in change) return { type: 'user_roles_changed', detail: { roles: change.roles } };
  return { type: change.status === 'active' ? 'user_enabled' : 'user_disabled' };
}
