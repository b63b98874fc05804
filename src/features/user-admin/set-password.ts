import { actorFields, type Justification, justificationDetail } from '../../domain/users/actor.ts';
import { type ClientInfo, networkOf } from '../../lib/client-info.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endDevices } from '../devices/device-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { noticeAddressesOf } from '../mfa/notice-addresses.ts';
import { cancelPendingLogins } from '../mfa/pending-login-store.ts';
import { notifyUser } from '../notices/notify-user.ts';
import { assertNewPassword, assertNotReused, earlierPasswords } from '../passwords/check-new-password.ts';
import { deleteLinks } from '../passwords/password-link-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { noSuchUser } from '../users/user-faults.ts';
import { findPassword, savePassword } from '../users/user-store.ts';
import { actOnUser } from './act-on-user.ts';

/**
 * Sets a password for somebody, from the terminal alone: no route takes a password for another. Every session, trusted
 * device, waiting login and link of before ends, and the user is told. Throws 422 as a change by its owner would.
 */
export async function setPassword(
  deps: Pick<Deps, 'db' | 'vault' | 'providers' | 'sessions' | 'hasher' | 'passwordRules'>,
  userId: string,
  password: string,
  cause: Justification,
  origin: ClientInfo,
): Promise<void> {
  const now = new Date();
  const before = await findPassword(deps.db, userId);
  if (!before) throw noSuchUser();
  assertNewPassword(deps, before, password);
  const kept = earlierPasswords(deps, before);
  await assertNotReused(deps, password, kept, networkOf(origin.ip));
  const passwordHash = await deps.hasher.hash(password, networkOf(origin.ip));
  const passwordHistory = kept.slice(0, deps.passwordRules.history);
  await actOnUser(deps, null, userId, origin, now, async (tx, user) => {
    if (!(await savePassword(tx, before, { passwordHash, passwordHistory }, false, now))) throw conflict();
    await deleteLinks(tx, userId);
    await cancelPendingLogins(tx, { userId });
    await endSessions(tx, { userId }, now);
    await endDevices(tx, { userId }, now);
    const event = { type: 'password_reset', outcome: 'success', userId, ...actorFields(null) } as const;
    await writeAudit(tx, { ...event, detail: justificationDetail(cause) }, origin, now);
    const elsewhere = noticeAddressesOf(deps, await listFactors(tx, userId));
    await notifyUser({ ...deps, db: tx }, user, 'password_changed', null, origin, now, elsewhere);
  });
}
