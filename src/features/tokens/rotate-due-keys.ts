import { isDue, newestFirst, phaseOfKey } from '../../domain/tokens/signing-key.ts';
import { internalClient } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { retireKeys } from './retire-keys.ts';
import { rotateKeys } from './rotate-keys.ts';
import { findSigningKeys } from './signing-key-store.ts';
import { openSigningKeys, readSigningKeys, type SigningKey } from './signing-keys.ts';

type KeyUser = { readonly useKeys: (read: () => Promise<readonly SigningKey[]>) => Promise<void> };

/** Switches to the current signing keys. If they cannot be read, the instance continues with the keys it has. */
export function followKeys(deps: Pick<Deps, 'db' | 'vault'> & { readonly tokens: KeyUser }): Promise<void> {
  return deps.tokens.useKeys(() => readSigningKeys(deps));
}

/**
 * Makes the next key after `days` of signing (0: never), and deletes retired keys. Makes the first key if there is
 * none.
 */
export async function rotateDueKeys(deps: Pick<Deps, 'db' | 'vault'>, days: number): Promise<void> {
  const now = new Date();
  const client = internalClient('service');
  const keys = newestFirst(await findSigningKeys(deps.db));
  if (keys.length === 0) await openSigningKeys(deps);
  if (isDue(keys, days, now))
    await rotateKeys(deps, { client, now: new Date() }, { atOnce: false, dueAfterDays: days, actorId: null });
  if (keys.some(({ kid }) => phaseOfKey(keys, kid, now) === 'retired'))
    await retireKeys(deps, { client, now: new Date() });
}
