import type { AreaName, Policy } from '../../domain/policy/policy.ts';
import { readStored, type StoredPolicy } from '../../domain/policy/stored-policy.ts';
import { keyIn, type PageRequest, pageOf } from '../../lib/page.ts';
import { invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { findVersions } from './area-version-store.ts';

/** Null: the row cannot be read, or there is none. */
export function storedOf(preset: Policy, stored: unknown): StoredPolicy | null {
  try {
    return readStored(preset, stored);
  } catch {
    return null;
  }
}

/** The versions of the policy of an area, the newest first: each with the policy before, and who made it. */
export async function readAreaVersions(
  { db, preset }: Pick<Deps, 'db' | 'preset'>,
  area: AreaName,
  { limit, cursor }: PageRequest,
) {
  const below = cursor === undefined ? null : Number(keyIn(cursor, /^(\d{1,9})$/)[0]);
  const found = await findVersions(db, area, { below, limit: limit + 1 });
  const { rows, nextCursor } = pageOf(found, limit, ({ version }) => String(version));
  const read = (stored: unknown) => (stored ? storedOf(preset[area], stored) : null);
  const versions = rows.map((row) => ({
    ...row,
    policy: read(row.policy),
    trial: read(row.trial),
    before: read(row.before),
  }));
  return { versions, nextCursor };
}

/** The policy that was in force in a version. Throws 400 if it is not kept, or cannot be read any more. */
export async function policyOfVersion(
  { db, preset }: Pick<Deps, 'db' | 'preset'>,
  area: AreaName,
  version: number,
): Promise<StoredPolicy> {
  const [found] = await findVersions(db, area, { below: version + 1, limit: 1 });
  const policy = found?.version === version ? storedOf(preset[area], found.policy) : null;
  if (!policy) throw invalidField('#/restore', 'No policy of this version is kept');
  return policy;
}
