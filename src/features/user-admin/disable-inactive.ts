import { inTransaction } from '../../../db/in-transaction.ts';
import { internalClient } from '../../lib/client-info.ts';
import { type Job, periodicJob } from '../../lib/periodic-job.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { lockAdministrators } from '../users/account-store.ts';
import { lockInactive } from '../users/inactive-store.ts';
import { applyAccountStatus } from './change-account-status.ts';

const everyMs = 60 * 60 * 1000;
const dayMs = 86_400_000;
const atOnce = 100;

type InactiveDeps = Pick<Deps, 'db' | 'sessions'>;

/** Disables accounts without a login for so many days (CJIS AC-2(3)). */
export function startDisablingInactive(
  deps: InactiveDeps,
  days: number,
  onFailure: (error: unknown) => void,
): Job {
  return periodicJob(everyMs, () => disableInactive(deps, days, new Date()), onFailure);
}

/** One round, in batches. If several instances run it, each account is disabled by only one of them. */
export async function disableInactive(deps: InactiveDeps, days: number, now: Date): Promise<void> {
  const since = new Date(now.getTime() - days * dayMs);
  while ((await disableSome(deps, { since, days }, now)) === atOnce);
}

async function disableSome(
  { db, sessions }: InactiveDeps,
  { since, days }: { readonly since: Date; readonly days: number },
  now: Date,
): Promise<number> {
  const ctx: AuditContext = { client: internalClient('service'), now };
  const ids = await inTransaction(db, async (tx) => {
    await lockAdministrators(tx);
    const inactive = await lockInactive(tx, since, atOnce);
    const detail = { reason: 'inactive', days };
    for (const userId of inactive)
      await applyAccountStatus(tx, ctx, { userId, change: { status: 'disabled' }, by: null, detail });
    return inactive;
  });
  for (const id of ids) sessions.forgetUser(id);
  return ids.length;
}
