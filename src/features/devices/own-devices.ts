import { inTransaction } from '../../../db/in-transaction.ts';
import { endOf, isTrusted } from '../../domain/devices/device-trust.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext, RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endDevices, listDevices } from './device-store.ts';

/** The user's own devices that are still trusted, newest first. */
export async function ownDevices(
  deps: Pick<Deps, 'db'>,
  { now, policies }: RequestContext,
  { session }: SessionPrincipal,
) {
  const devices = await listDevices(deps.db, session.userId);
  return devices
    .filter((device) => isTrusted(device, policies[device.area], now))
    .map((device) => ({ ...device, endsAt: endOf(device, policies[device.area]) }));
}

/**
 * Ends the trust in one device, or in all if `id` is null. Ends the sessions that the device opened without the
 * second step, including the session of the request. A user who has lost a device wants nobody to use those sessions.
 * The request needs no factor, because it grants no access. Throws 404 not-found if the device is not the user's own.
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
