import type { Deps } from '../../platform/kernel/deps.ts';
import { isTripped } from '../sms/breaker-store.ts';
import { cheapestFirst } from './eligible-factors.ts';
import { dataOf, type FactorRow } from './factor-store.ts';

/**
 * The order in which factors are asked for: as their owner has it, or, while a breaker holds texts to the country of the
 * number that would be first, the cheapest first. A proven number is still sent its text where there is nothing else, or
 * where it is asked for by name.
 */
export async function preferCheaperFactor<Row extends FactorRow>(
  deps: Pick<Deps, 'db' | 'vault' | 'providers'>,
  factors: readonly Row[],
): Promise<readonly Row[]> {
  const own = factors.filter(({ isBackup }) => !isBackup);
  const first = own[0];
  if (!first || own.every(({ method }) => method === first.method)) return factors;
  const provider = deps.providers.get(first.method);
  if (!provider?.delivery?.toll) return factors;
  const { country } = provider.delivery.toll(dataOf(deps, provider, first));
  return (await isTripped(deps.db, country)) ? cheapestFirst(deps, factors) : factors;
}
