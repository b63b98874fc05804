import { judge } from '../../domain/sms/conversion-breaker.ts';
import { internalClient } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { closeBreaker, findWatched, tripBreaker, type Watched } from './breaker-store.ts';

/**
 * Pauses texts to new numbers where too few codes come back, and resumes them where those that are tried do. Any number
 * of instances may do so: one of them wins, tells the audit, and `warn`s with a line for the log.
 */
export async function runDueBreakers(
  { db, smsRules }: Pick<Deps, 'db' | 'smsRules'>,
  warn: (line: string) => void,
): Promise<void> {
  const now = new Date();
  const client = internalClient('service');
  for (const one of await findWatched(db, now)) {
    const due = judge(one.breaker, one.counts, smsRules.leastConversionPercent, now);
    if (due === 'trip' && (await tripBreaker(db, { client, now }, one)))
      warn(`${inWords(one)}: texts to new numbers paused; see docs/sms.md`);
    if (due === 'close' && (await closeBreaker(db, { client, now }, one)))
      warn(`${inWords(one)}: texts to new numbers resumed`);
  }
}

function inWords({ scope, counts }: Watched): string {
  return `SMS breaker of scope ${scope} (codes entered for ${counts.answered} of ${counts.sent} texts)`;
}
