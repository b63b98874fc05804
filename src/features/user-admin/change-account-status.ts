import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import { actorFields, type HelpdeskActor } from '../../domain/users/actor.ts';
import type { Role } from '../../domain/users/roles.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endDevices } from '../devices/device-store.ts';
import { unbindFactors } from '../mfa/former-factor-store.ts';
import { cancelPendingLogins } from '../mfa/pending-login-store.ts';
import { deleteLinks } from '../passwords/password-link-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { saveAccountStatus } from '../users/user-store.ts';

export type AccountStatusChange =
  | { readonly status: 'active' | 'disabled' }
  | { readonly roles: readonly Role[] };

/** The console's change. It may also disable the last administrator, because the console can make another. */
export async function changeAccountStatus(
  deps: Pick<Deps, 'db' | 'sessions'>,
  ctx: AuditContext,
  userId: string,
  change: AccountStatusChange,
): Promise<void> {
  await inTransaction(deps.db, (tx) => applyAccountStatus(tx, ctx, { userId, change, by: null }));
  deps.sessions.forgetUser(userId);
}

/**
 * Takes effect on the next request, on every instance. Ends the user's sessions, trusted devices and pending logins
 * (PCI DSS 8.2.5), and bypass codes: the helpdesk could make one for an account that then gets more rights. A disabled
 * user also loses earlier links to set a password.
 */
export async function applyAccountStatus(
  tx: Db,
  ctx: AuditContext,
  {
    userId,
    change,
    by,
    detail,
  }: {
    readonly userId: string;
    readonly change: AccountStatusChange;
    readonly by: HelpdeskActor;
    /** What the audit says of the reason, if the service itself acts. */
    readonly detail?: AuditEvent['detail'];
  },
): Promise<void> {
  await saveAccountStatus(tx, userId, change, ctx.now);
  await cancelPendingLogins(tx, { userId });
  await endSessions(tx, { userId }, ctx.now);
  await endDevices(tx, { userId }, ctx.now);
  const ended = { cause: 'removed', by: by?.userId ?? null, at: ctx.now } as const;
  await unbindFactors(tx, userId, { method: 'bypass_code' }, ended);
  if ('status' in change && change.status === 'disabled') await deleteLinks(tx, userId);
  await writeAudit(tx, ctx, {
    ...eventOf(change),
    ...(detail && { detail }),
    ...{ outcome: 'success', userId, ...actorFields(by) },
  });
}

function eventOf(change: AccountStatusChange): Pick<AuditEvent, 'type' | 'detail'> {
  if ('roles' in change) return { type: 'user_roles_changed', detail: { roles: change.roles } };
  return { type: change.status === 'active' ? 'user_enabled' : 'user_disabled' };
}
