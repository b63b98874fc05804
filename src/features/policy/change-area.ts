import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import { assertPolicy } from '../../domain/policy/assert-policy.ts';
import { type AreaName, acceptsMethod, type Policy, takesPassword } from '../../domain/policy/policy.ts';
import { locksOut } from '../../domain/policy/policy-problems.ts';
import { readPolicy, readStored, type StoredPolicy } from '../../domain/policy/stored-policy.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { lockArea, publishPoliciesChanged, saveArea } from './area-store.ts';
import { countAble, whoCounts } from './simulate-store.ts';

export type AreaChange = {
  readonly policy: StoredPolicy;
  /** If true, the policy is only tried: what it would refuse is audited and let through. */
  readonly reportOnly: boolean;
  /** The version that the administrator has read. If it is given, a change made since then is not overwritten. */
  readonly version: number | undefined;
};

/**
 * Changes the policy of an area. Every instance applies it from the next request on. Throws 400 if the policy
 * contradicts itself, and 409 locks-out if nobody could log in any more. Throws 409 conflict if another administrator
 * was faster.
 */
export async function changeArea(
  deps: Pick<Deps, 'db' | 'providers' | 'preset' | 'reloadPolicies'>,
  ctx: AuditContext,
  {
    actorId,
    area,
    change: { policy, reportOnly, version },
  }: { readonly actorId: string | null; readonly area: AreaName; readonly change: AreaChange },
): Promise<void> {
  assertPolicy(area, policy, [...deps.providers.keys()]);
  const next = readPolicy(deps.preset[area], policy);
  await inTransaction(deps.db, async (tx) => {
    const before = await lockArea(tx, area);
    if (version !== undefined && version !== before.version) throw conflict();
    if (!reportOnly) await assertOpens(tx, deps, area, next);
    const change = reportOnly ? { reportOnly: policy } : { policy, reportOnly: null };
    await saveArea(tx, { name: area, change, by: actorId, now: ctx.now });
    const detail = { before: stored(deps.preset[area], before.policy), after: policy };
    const type = reportOnly ? 'policy_tried' : 'policy_changed';
    await writeAudit(tx, ctx, { type, outcome: 'success', actorId, area, detail });
    await publishPoliciesChanged(tx);
  });
  await deps.reloadPolicies();
}

/** Null if the row cannot be read: the change then repairs it. */
function stored(preset: Policy, policy: unknown): StoredPolicy | null {
  try {
    return readStored(preset, policy);
  } catch {
    return null;
  }
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
