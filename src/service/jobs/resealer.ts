import type { Deps } from '../../platform/kernel/deps.ts';
import { type Background, inRounds } from '../../lib/periodic-job.ts';
import { firstPosition, type Position, resealBatch } from '../../features/vault-rotation/reseal-vault.ts';

const everyMs = 500;
/** An instance that still seals with the key from before may leave something behind. */
const againMs = 60 * 60 * 1000;

/**
 * After the vault's first key has changed, seals in the background what older keys have sealed; an hour after it is
 * through, it looks again. Where there is one key alone there is nothing to do.
 */
export function startResealer(
  deps: Pick<Deps, 'db' | 'vault'>,
  onFailure: (error: unknown) => void,
): Background {
  if (deps.vault.keyIds.length === 1) return { close: async () => {} };
  let at: Position | null = firstPosition;
  let againAt = 0;
  return inRounds(
    everyMs,
    async () => {
      if (at === null && Date.now() < againAt) return;
      at = (await resealBatch(deps, at ?? firstPosition)).next;
      if (at === null) againAt = Date.now() + againMs;
    },
    onFailure,
  );
}
