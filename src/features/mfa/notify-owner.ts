import type { Db } from '../../../db/connect.ts';
import { destinationOf } from '../../domain/mfa/provider.ts';
import type { About, Notice, Recipient } from '../../domain/notices/notices.ts';
import { isMailAddress } from '../../domain/users/email-address.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { notifyUser } from '../notices/notify-user.ts';
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

/** Mails the owner of an account a notice, at the address of the account and at those of the factors. */
export async function notifyOwner(
  tx: Db,
  deps: Pick<Deps, 'vault' | 'letterhead' | 'providers'>,
  ctx: AuditContext,
  {
    factors,
    alsoTo = [],
    ...notice
  }: {
    readonly user: Recipient & { readonly email: string | null };
    readonly factors: readonly Encrypted[];
    readonly notice: Notice;
    readonly about?: About | null;
    readonly alsoTo?: readonly string[];
    readonly link?: string;
  },
): Promise<void> {
  await notifyUser(tx, deps, ctx, { ...notice, alsoTo: [...noticeAddressesOf(deps, factors), ...alsoTo] });
}
