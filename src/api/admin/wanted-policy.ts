import type { z } from 'zod';
import type { AreaName } from '../../domain/policy/policy.ts';
import type { StoredPolicy } from '../../domain/policy/stored-policy.ts';
import { policyOfVersion } from '../../features/policy/area-versions.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { policyOf, type simulateBody } from './area-schemas.ts';

export type WantedPolicy = { readonly policy: StoredPolicy; readonly restored: number | null };

/** The policy that a body asks for: a complete one, that of a preset, or that of an earlier version. */
export async function wantedPolicy(
  deps: Pick<Deps, 'db' | 'preset'>,
  area: AreaName,
  body: z.infer<typeof simulateBody>,
): Promise<WantedPolicy> {
  if ('restore' in body)
    return { policy: await policyOfVersion(deps, area, body.restore), restored: body.restore };
  return { policy: policyOf(area, body, deps.preset), restored: null };
}
