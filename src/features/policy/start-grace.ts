import { inTransaction } from '../../../db/in-transaction.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { insertGrace } from './rollout-store.ts';

/**
 * Writes when the grace of a user ends, the first time that a login or request needs it. From then on the row decides.
 * No login, no enrolment that is taken back and no change of the rollout moves it.
 */
export async function startGrace(
  deps: Pick<Deps, 'db'>,
  ctx: RequestContext,
  user: { readonly id: string; readonly graceEndsAt: Date | null },
  endsAt: Date,
): Promise<void> {
  if (user.graceEndsAt) return;
  await inTransaction(deps.db, async (tx) => {
    const startedAt = new Date(endsAt.getTime() - ctx.rollout.graceSeconds * 1000);
    if (!(await insertGrace(tx, user.id, startedAt, endsAt))) return;
    const detail = { ends_at: endsAt.toISOString() };
    await writeAudit(tx, ctx, { type: 'grace_started', outcome: 'success', userId: user.id, detail });
  });
}
