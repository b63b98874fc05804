import { changeRollout, type RolloutChange } from '../../src/features/policy/change-rollout.ts';
import { simulateRollout } from '../../src/features/policy/simulate-rollout.ts';
import type { Deps } from '../../src/platform/kernel/deps.ts';
import { consoleContext } from './world.ts';

type Answer = { readonly status: number; readonly body: { readonly shut_out?: number } };
type By<One extends Answer> = { put(url: string, body: Record<string, unknown>): Promise<One> };

/** Changes the rollout, even if it shuts users out: for tests of what follows. */
export async function turnRollout<One extends Answer>(by: By<One>, body: Record<string, unknown>) {
  const answer = await by.put('/admin/rollout', body);
  const { shut_out: shutOut } = answer.body;
  if (shutOut === undefined) return answer;
  return by.put('/admin/rollout', { ...body, confirm_shut_out: shutOut });
}

/** The same without a request. */
export async function turnRolloutOf(
  deps: Pick<Deps, 'db' | 'policies' | 'reloadPolicies'>,
  change: Omit<RolloutChange, 'confirmShutOut'>,
): Promise<void> {
  const { newlyNow } = await simulateRollout(deps, change, { cursor: '', limit: 0 });
  await changeRollout(deps, consoleContext(), null, {
    ...change,
    confirmShutOut: newlyNow,
  });
}
