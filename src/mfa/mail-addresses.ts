import type { Deps } from '../deps.ts';
import { isMailAddress } from '../users/mail-address.ts';
import { type FactorRow, factorPlace, openJson } from './factor-store.ts';

/** Where factors reach their owner by mail: notices go there too, so that old and new address hear of a change. */
export function mailAddressesOf(
  deps: Pick<Deps, 'vault' | 'providers'>,
  factors: readonly FactorRow[],
): readonly string[] {
  return factors.flatMap((factor) => {
    const provider = deps.providers.get(factor.method);
    if (!provider) return [];
    const data = provider.data.parse(openJson(deps.vault, factor.dataSealed, factorPlace(factor)));
    const destination = provider.sendsTo(data);
    return destination !== null && isMailAddress(destination) ? [destination] : [];
  });
}
