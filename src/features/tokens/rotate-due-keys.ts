import { isDue, newestFirst, phaseOfKey } from '../../domain/tokens/signing-key.ts';
import { internalClient } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { retireKeys } from './retire-keys.ts';
import { rotateKeys } from './rotate-keys.ts';
import { findSigningKeys } from './signing-key-store.ts';
import { openSigningKeys, readSigningKeys, type SigningKey } from './signing-keys.ts';

type KeyUser = { readonly useKeys: (read: () => Promise<readonly SigningKey[]>) => Promise<void> };

/** Takes over the signing keys as they are now. What cannot be read leaves those from before in use. */
export function followKeys(deps: Pick<Deps, 'db' | 'vault'> & { readonly tokens: KeyUser }): Promise<void> {
  return deps.tokens.useKeys(() => readSigningKeys(deps));
}

/** What is due now: the next key by the calendar (`days` 0: never), the end of those whose last token is over. */
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
