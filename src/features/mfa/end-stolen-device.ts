import { inTransaction } from '../../../db/in-transaction.ts';
import type { Device } from '../../domain/devices/device-trust.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endDevices } from '../devices/device-store.ts';
import type { FactorRow, Holder } from './factor-store.ts';
import { notifyOwner } from './notify-owner.ts';

/**
 * A device token was used twice, so one of its two holders is an attacker. Ends the device and the sessions that it
 * opened, and notifies the owner.
 */
export async function endStolenDevice(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'sessions'>,
  ctx: AuditContext,
  { user, factors }: { readonly user: Omit<Holder, 'id'>; readonly factors: readonly FactorRow[] },
  { id, userId, area, label }: Device,
): Promise<void> {
  const event = {
    type: 'trusted_device_reuse',
    outcome: 'refused',
    userId,
    area,
    detail: { device: id },
  } as const;
  await inTransaction(deps.db, async (tx) => {
    const ended = await endDevices(tx, { userId, only: id }, ctx.now);
    if (ended === 0) return; // another request has ended it and notified the owner
    await writeAudit(tx, ctx, event);
    const about = label === null ? null : { labels: [label] };
    await notifyOwner(tx, deps, ctx, { user, factors, notice: 'device_stolen', about });
  });
  deps.sessions.forgetUser(userId);
}
