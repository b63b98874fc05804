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

/**
 * The mail addresses of factors. Notices go there too, so that after a change both the old and the new address get
 * them.
 */
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
