import { randomUUID } from 'node:crypto';
import type { Deps } from '../../platform/kernel/deps.ts';
import { factorPlace, type Holder, insertFactor, sealJson } from './factor-store.ts';

/** Makes and keeps a set of recovery codes; the answer is the only time that anybody sees them. */
export async function issueRecoveryCodes(
  deps: Pick<Deps, 'db' | 'vault' | 'providers'>,
  user: Holder,
  now: Date,
): Promise<readonly string[] | null> {
  const provider = deps.providers.get('recovery_code');
  if (!provider) return null;
  const { data, hint, show } = await provider.enrol({}, { now, user });
  const id = randomUUID();
  const dataSealed = sealJson(deps.vault, data, factorPlace({ id, userId: user.id }));
  const { method, title: label } = provider;
  const times = { createdAt: now, expiresAt: null, confirmedAt: now };
  await insertFactor(deps.db, {
    id,
    userId: user.id,
    method,
    label,
    hint,
    dataSealed,
    isBackup: true,
    ...times,
  });
  return Array.isArray(show.recovery_codes) ? show.recovery_codes.map(String) : null;
}
