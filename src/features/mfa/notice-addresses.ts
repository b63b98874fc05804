import { destinationOf } from '../../domain/mfa/provider.ts';
import { isMailAddress } from '../../domain/users/email-address.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { dataOf } from './factor-store.ts';

type Encrypted = {
  readonly id: string;
  readonly userId: string;
  readonly method: string;
  readonly dataSealed: string;
};

/** Where factors reach their owner by mail: notices go there too, so that old and new address hear of a change. */
export function noticeAddressesOf(
  deps: Pick<Deps, 'vault' | 'providers'>,
  factors: readonly Encrypted[],
): readonly string[] {
  return factors.flatMap((factor) => {
    const provider = deps.providers.get(factor.method);
    if (!provider) return [];
    const destination = destinationOf(provider, dataOf(deps, provider, factor));
    return destination !== null && isMailAddress(destination) ? [destination] : [];
  });
}
