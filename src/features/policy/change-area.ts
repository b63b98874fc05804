import { isDeepStrictEqual } from 'node:util';
import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import { assertPolicy } from '../../domain/policy/assert-policy.ts';
import { type AreaName, acceptsMethod, type Policy, takesPassword } from '../../domain/policy/policy.ts';
import { locksOut } from '../../domain/policy/policy-problems.ts';
import { readPolicy, type StoredPolicy } from '../../domain/policy/stored-policy.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { assertApproved, type Permitted } from '../approvals/assert-approved.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { lockArea, publishPoliciesChanged, saveArea } from './area-store.ts';
import { keepFormerVersion, keepVersion } from './area-version-store.ts';
import { storedOf } from './area-versions.ts';
import { findRollout } from './rollout-store.ts';
import { countAble, simulate, whoCounts } from './simulate-store.ts';

export type AreaChange = {
  readonly policy: StoredPolicy;
  /** If true, the policy is only tried: what it would refuse is audited and let through. */
  readonly reportOnly: boolean;
  /** The version that the administrator has read. If it is given, a change made since then is not overwritten. */
  readonly version: number | undefined;
  /** The number of users that the administrator expects to be shut out newly. If it is given, it must be right. */
  readonly confirmShutOut?: number | undefined;
  /** The earlier version that this policy was taken from. */
  readonly restored?: number | null;
};

/**
 * Changes the policy of an area, and keeps it as a version. Every instance applies it from the next request on. Throws
 * 400 if the policy contradicts itself. Throws 409 locks-out if nobody could log in any more, or if it shuts out another
 * number of users than the administrator confirmed. Throws 409 conflict if another administrator was faster.
 */
export async function changeArea(
  deps: Pick<Deps, 'db' | 'providers' | 'preset' | 'reloadPolicies'>,
  ctx: AuditContext,
  {
    actorId,
    area,
    change: { policy, reportOnly, version, confirmShutOut, restored = null },
    permit = null,
  }: Permitted & { readonly actorId: string | null; readonly area: AreaName; readonly change: AreaChange },
): Promise<void> {
  assertPolicy(area, policy, [...deps.providers.keys()]);
  const next = readPolicy(deps.preset[area], policy);
  await inTransaction(deps.db, async (tx) => {
    const row = await lockArea(tx, area);
    if (version !== undefined && version !== row.version) throw conflict();
    const before = storedOf(deps.preset[area], row.policy);
    const isRuled = !reportOnly && isOther(before, policy);
    if (actorId !== null)
      await assertApproved(tx, ctx, { action: 'policy_change', actorId, userId: null, permit, isRuled });
    const present = before && readPolicy(deps.preset[area], before);
    if (!reportOnly) await assertOpens(tx, deps, area, next);
    if (!reportOnly && confirmShutOut !== undefined)
      await assertConfirmed(tx, deps, { area, present, next, confirmed: confirmShutOut, now: ctx.now });
    const { trial, changedAt, changedBy } = row;
    const former = { area, version: row.version, policy: before ?? row.policy, trial, changedAt, changedBy };
    await keepFormerVersion(tx, { ...former, restored: null });
    const change = reportOnly ? { reportOnly: policy } : { policy, reportOnly: null };
    await saveArea(tx, { name: area, change, by: actorId, now: ctx.now });
    await keepVersion(tx, {
      ...{ area, version: row.version + 1, changedAt: ctx.now, changedBy: actorId, restored },
      ...{ policy: reportOnly ? former.policy : policy, trial: change.reportOnly },
    });
    const detail = { before, after: policy, ...(restored !== null && { restored }) };
    const type = reportOnly ? 'policy_tried' : 'policy_changed';
    await writeAudit(tx, ctx, { type, outcome: 'success', actorId, area, detail });
    await publishPoliciesChanged(tx);
  });
  await deps.reloadPolicies();
}

/** Whether a policy differs from the one in force. If not, the change only ends a report-only policy. */
export function isOther(before: StoredPolicy | null, policy: StoredPolicy): boolean {
  return !isDeepStrictEqual(before, policy);
}

/**
 * Throws 409 locks-out if the policy accepts no method that is configured here. In `admin`, at least one active
 * administrator must also have a factor that the policy accepts.
 */
async function assertOpens(
  tx: Db,
  deps: Pick<Deps, 'providers'>,
  area: AreaName,
  policy: Policy,
): Promise<void> {
  if (policy.mfa === 'none') return;
  const methods = [...deps.providers.values()].filter(
    ({ backup, method, level }) => !backup && acceptsMethod(policy, method, level),
  );
  if (!takesPassword(policy) && !methods.some(({ passkey }) => passkey))
    throw locksOut({
      detail:
        'This policy takes passkeys alone, but it accepts no method that has them. Nobody could log in.',
    });
  if (methods.length === 0)
    throw locksOut({
      detail: 'This policy accepts none of the methods that are configured here. Nobody could log in.',
    });
  if (area === 'admin' && (await countAble(tx, whoCounts(deps, policy), ['admin'])) === 0)
    throw locksOut({
      detail:
        'No active administrator has a factor that this policy accepts. Let one enrol such a factor first.',
    });
}

/**
 * Throws 409 locks-out if the policy newly shuts out another number of users than the administrator has seen. If the
 * present policy cannot be read, it lets nobody in, so the change shuts out nobody newly.
 */
async function assertConfirmed(
  tx: Db,
  deps: Pick<Deps, 'providers'>,
  {
    area,
    present,
    next,
    confirmed,
    now,
  }: {
    readonly area: AreaName;
    readonly present: Policy | null;
    readonly next: Policy;
    readonly confirmed: number;
    readonly now: Date;
  },
): Promise<void> {
  const { newlyRefused } = await simulate(tx, {
    area,
    after: whoCounts(deps, next),
    before: whoCounts(deps, present ?? next),
    rollout: await findRollout(tx),
    page: { of: 'refused', cursor: '', limit: 0 },
    now,
  });
  if (newlyRefused === confirmed) return;
  const who = newlyRefused === 1 ? '1 user' : `${newlyRefused} users`;
  const detail = `This policy shuts out ${who} who can log in now. Run a simulation to see who. To go on, confirm the number: ${newlyRefused}.`;
  throw locksOut({ detail, shut_out: newlyRefused });
}
