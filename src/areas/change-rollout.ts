import { inTransaction } from '../../db/in-transaction.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { Deps } from '../deps.ts';
import type { Origin } from '../origin.ts';
import { invalidField } from '../problem.ts';
import { tellRulesChanged } from './area-store.ts';
import { type Phase, type Rollout, targetsOf } from './core/rollout.ts';
import { findRollout, saveRollout } from './rollout-store.ts';

export type RolloutChange = {
  readonly phase: Phase;
  /** Of `gradual`: who must enrol already. */
  readonly roles: readonly string[] | undefined;
  /** Of graces that begin from now on. */
  readonly graceSeconds: number | undefined;
};

/** Turns the rollout. It bites on live sessions at the next request; a grace that has begun stays as it is. */
export async function changeRollout(
  deps: Pick<Deps, 'db' | 'reloadRules'>,
  actorId: string | null,
  { phase, roles, graceSeconds }: RolloutChange,
  origin: Origin,
): Promise<void> {
  const now = new Date();
  if (phase !== 'gradual' && roles !== undefined) throw invalidField('#/roles', 'Only of the phase gradual');
  await inTransaction(deps.db, async (tx) => {
    const before = await findRollout(tx, 'lock');
    const targets = targetsOf(phase, roles ?? [], before.targets, now);
    const after = { phase, targets, graceSeconds: graceSeconds ?? before.graceSeconds };
    await saveRollout(tx, after, actorId, now);
    const detail = { before: told(before), after: told(after) };
    await writeAudit(tx, { type: 'rollout_changed', outcome: 'success', actorId, detail }, origin, now);
    await tellRulesChanged(tx);
  });
  await deps.reloadRules();
}

function told({ phase, targets, graceSeconds }: Rollout) {
  return { phase, targets, grace_seconds: graceSeconds };
}
