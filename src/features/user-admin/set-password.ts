import { actorFields, type Justification, justificationDetail } from '../../domain/users/actor.ts';
import { networkOf } from '../../lib/client-info.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endDevices } from '../devices/device-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { cancelPendingLogins } from '../mfa/pending-login-store.ts';
import {
  assertNewPassword,
  assertNotReused,
  earlierPasswords,
  hashNewPassword,
} from '../passwords/check-new-password.ts';
import { deleteLinks } from '../passwords/password-link-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { noSuchUser } from '../users/user-faults.ts';
import { findPassword, savePassword } from '../users/user-store.ts';
import { actOnUser } from './act-on-user.ts';

/**
 * Sets a user's password, from the terminal alone: no route accepts a password for another user. Ends every session,
 * trusted device, pending login and earlier link. A mail notifies the user. Throws 422 in the same cases as a change
 * by the user.
 */
export async function setPassword(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'sessions' | 'hasher' | 'passwordRules'>,
  ctx: AuditContext,
  {
    userId,
    password,
    cause,
  }: { readonly userId: string; readonly password: string; readonly cause: Justification },
): Promise<void> {
  const before = await findPassword(deps.db, userId);
  if (!before) throw noSuchUser();
  assertNewPassword(deps, before, password);
  const kept = earlierPasswords(deps, before);
  await assertNotReused(deps, password, kept, networkOf(ctx.client.ip));
  const hashes = await hashNewPassword(deps, password, kept, networkOf(ctx.client.ip));
  await actOnUser(deps, ctx, {
    by: null,
    userId,
    work: async (tx, user) => {
      const saved = await savePassword(tx, { user: before, hashes, byMail: false, now: ctx.now });
      if (!saved) throw conflict();
      await deleteLinks(tx, userId);
      await cancelPendingLogins(tx, { userId });
      await endSessions(tx, { userId }, ctx.now);
      await endDevices(tx, { userId }, ctx.now);
      const event = { type: 'password_reset', outcome: 'success', userId, ...actorFields(null) } as const;
      await writeAudit(tx, ctx, { ...event, detail: justificationDetail(cause) });
      const factors = await listFactors(tx, userId);
      await notifyOwner(tx, deps, ctx, { user, factors, notice: 'password_changed' });
    },
  });
}
