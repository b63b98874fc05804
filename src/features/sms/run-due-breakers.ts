import { evaluateBreaker } from '../../domain/sms/conversion-breaker.ts';
import { internalClient } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { closeBreaker, findWatched, tripBreaker, type Watched } from './breaker-store.ts';

/**
 * Pauses texts to new numbers if too few codes come back. Resumes them if enough codes of the trial texts come back.
 * Any number of instances may call it at once. Only one of them makes the change, audits it, and calls `warn` with a
 * line for the log.
 */
export async function runDueBreakers(
  { db, smsRules }: Pick<Deps, 'db' | 'smsRules'>,
  warn: (line: string) => void,
): Promise<void> {
  const now = new Date();
  const client = internalClient('service');
  for (const one of await findWatched(db, now)) {
    const due = evaluateBreaker(one.breaker, one.counts, smsRules.leastConversionPercent, now);
    if (due === 'trip' && (await tripBreaker(db, { client, now }, one)))
      warn(`${inWords(one)}: texts to new numbers paused; see docs/sms.md`);
    if (due === 'close' && (await closeBreaker(db, { client, now }, one)))
      warn(`${inWords(one)}: texts to new numbers resumed`);
  }
}

function inWords({ scope, counts }: Watched): string {
  return `SMS breaker of scope ${scope} (codes entered for ${counts.answered} of ${counts.sent} texts)`;
}
