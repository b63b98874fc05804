import type { GateDeps } from '../../api/access/authenticate.ts';
import { type Background, inRounds } from '../../lib/periodic-job.ts';
import { followKeys, tendKeys } from '../../features/tokens/rotate-due-keys.ts';

/** So often that whoever missed a notification follows within five seconds. */
const everyMs = 4_000;

/** Follows the signing keys in the background, makes the next one when it is time, and lets old ones go. */
export function startKeyKeeper(
  deps: Pick<GateDeps, 'db' | 'vault' | 'tokens'>,
  days: number,
  onFailure: (error: unknown) => void,
): Background {
  return inRounds(
    everyMs,
    async () => {
      await tendKeys(deps, days);
      await followKeys(deps);
    },
    onFailure,
  );
}
