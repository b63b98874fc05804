import { inTransaction } from '../../../db/in-transaction.ts';
import { notMeUrl } from '../../domain/notices/not-me.ts';
import { internalClient } from '../../lib/client-info.ts';
import { hashOf, newSecretToken } from '../../lib/crypto/secret-token.ts';
import { type Job, periodicJob } from '../../lib/periodic-job.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { addStopHash, takeReady } from './recovery-store.ts';

const everyMs = 60_000;
const atOnce = 100;

type RecoveryJobDeps = Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'portalUrl'>;

/** Writes to people whose wait is over. */
export function startRecoveryJob(deps: RecoveryJobDeps, onFailure: (error: unknown) => void): Job {
  return periodicJob(everyMs, () => notifyReady(deps, new Date()), onFailure);
}

/** One round, in batches. If several instances run it, each owner gets the letter from only one of them. */
export async function notifyReady(deps: RecoveryJobDeps, now: Date): Promise<void> {
  while ((await notifyBatch(deps, { now, client: internalClient('service') })) === atOnce);
}

async function notifyBatch(deps: RecoveryJobDeps, ctx: AuditContext): Promise<number> {
  return inTransaction(deps.db, async (tx) => {
    const ready = await takeReady(tx, atOnce, ctx.now);
    for (const { id, userId, ...user } of ready) {
      const stopToken = newSecretToken();
      await addStopHash(tx, id, hashOf(stopToken));
      const detail = { recovery: id };
      await writeAudit(tx, ctx, { type: 'recovery_ready', outcome: 'success', userId, detail });
      await notifyOwner(tx, deps, ctx, {
        ...{ user, factors: await listFactors(tx, userId), notice: 'recovery_ready' },
        link: notMeUrl(deps.portalUrl, stopToken),
      });
    }
    return ready.length;
  });
}
