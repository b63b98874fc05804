import { inTransaction } from '../../../db/in-transaction.ts';
import { endOf, isTrusted } from '../../domain/devices/device-trust.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endDevices, listDevices } from './device-store.ts';

/** The user's own devices that are trusted still, newest first. */
export async function ownDevices(deps: Pick<Deps, 'db' | 'policies'>, { session }: SessionPrincipal) {
  const now = new Date();
  const devices = await listDevices(deps.db, session.userId);
  return devices
    .filter((device) => isTrusted(device, deps.policies[device.area], now))
    .map((device) => ({ ...device, endsAt: endOf(device, deps.policies[device.area]) }));
}

/**
 * Trusts a device no longer, or (no id) none, and ends the sessions that were opened without the second step by it,
 * were it this one: whoever has lost a device wants nobody in there. It asks for no factor, since it lets nobody in.
 * 404 for anybody else's.
 */
export async function distrustDevices(
  deps: Pick<Deps, 'db' | 'sessions'>,
  ctx: AuditContext,
  { session }: SessionPrincipal,
  id: string | null,
): Promise<void> {
  const { userId, area, id: sessionId } = session;
  await inTransaction(deps.db, async (tx) => {
    const devices = await endDevices(tx, { userId, ...(id !== null && { only: id }) }, ctx.now);
    if (id !== null && devices === 0) throw notFound({ detail: 'You have no such device.' });
    if (devices === 0) return;
    const detail = id === null ? { devices } : { device: id };
    const event = {
      type: 'trusted_device_removed',
      outcome: 'success',
      userId,
      area,
      sessionId,
      detail,
    } as const;
    await writeAudit(tx, ctx, event);
  });
  deps.sessions.forgetUser(userId);
}
