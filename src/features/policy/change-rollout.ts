import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import type { Policies } from '../../domain/policy/policy.ts';
import { locksOut } from '../../domain/policy/policy-problems.ts';
import { type Phase, type Rollout, targetsOf } from '../../domain/policy/rollout.ts';
import { invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { assertApproved, type Permitted } from '../approvals/assert-approved.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { publishPoliciesChanged } from './area-store.ts';
import { findRollout, saveRollout } from './rollout-store.ts';
import { findShutOut } from './shut-out-store.ts';

export type RolloutChange = Permitted & {
  readonly phase: Phase;
  /** The roles that must enrol already. Only the phase `gradual` takes them. */
  readonly roles: readonly string[] | undefined;
  /** The length of the graces that begin from now on. */
  readonly graceSeconds: number | undefined;
  /** The number of users that the administrator expects to be shut out at once. Required if there are any. */
  readonly confirmShutOut?: number | undefined;
};

/**
 * Changes the rollout. Live sessions follow at the next request; a grace that has begun keeps its end. Throws 400 as
 * `nextRollout` does. Throws 409 locks-out if users would be shut out at once, unless the administrator confirmed their
 * number.
 */
export async function changeRollout(
  deps: Pick<Deps, 'db' | 'policies' | 'reloadPolicies'>,
  ctx: AuditContext,
  actorId: string | null,
  change: RolloutChange,
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const before = await findRollout(tx, 'lock');
    const after = nextRollout(before, change, ctx.now);
    if (actorId !== null) {
      const { permit = null } = change;
      const isRuled = endsRollout(before, after);
      await assertApproved(tx, ctx, { action: 'rollout_end', actorId, userId: null, permit, isRuled });
    }
    const shutOut = await confirmedShutOut(tx, {
      policies: deps.policies,
      before,
      after,
      confirmed: change.confirmShutOut,
      now: ctx.now,
    });
    await saveRollout(tx, after, actorId, ctx.now);
    const who = shutOut > 0 && { shut_out: shutOut };
    const detail = { before: auditFields(before), after: auditFields(after), ...who };
    await writeAudit(tx, ctx, { type: 'rollout_changed', outcome: 'success', actorId, detail });
    await publishPoliciesChanged(tx);
  });
  await deps.reloadPolicies();
}

/** Whether somebody who must enrol would no longer have to. */
export function endsRollout(before: Rollout, after: Rollout): boolean {
  return Object.keys(before.targets).some((name) => !(name in after.targets));
}

/** The rollout after a change. Throws 400 if roles come with another phase than `gradual`. */
export function nextRollout(
  before: Rollout,
  { phase, roles, graceSeconds }: Omit<RolloutChange, 'confirmShutOut' | 'permit'>,
  now: Date,
): Rollout {
  if (phase !== 'gradual' && roles !== undefined)
    throw invalidField('#/roles', 'Only the phase gradual takes roles');
  const targets = targetsOf(phase, roles ?? [], before.targets, now);
  return { phase, targets, graceSeconds: graceSeconds ?? before.graceSeconds };
}

async function confirmedShutOut(
  tx: Db,
  {
    policies,
    before,
    after,
    confirmed,
    now,
  }: {
    readonly policies: Policies;
    readonly before: Rollout;
    readonly after: Rollout;
    readonly confirmed: number | undefined;
    readonly now: Date;
  },
): Promise<number> {
  const { newlyNow } = await findShutOut(tx, { policies, before, after }, { cursor: '', limit: 0 }, now);
  if (newlyNow === 0 || newlyNow === confirmed) return newlyNow;
  const who = newlyNow === 1 ? '1 user without a second factor' : `${newlyNow} users without a second factor`;
  const detail = `This shuts out ${who} at once. Run a simulation to see who they are. To go on, confirm the number: ${newlyNow}.`;
  throw locksOut({ detail, shut_out: newlyNow });
}

function auditFields({ phase, targets, graceSeconds }: Rollout) {
  return { phase, targets, grace_seconds: graceSeconds };
}
