import type { Db } from '../../../db/connect.ts';
import { destinationOf } from '../../domain/mfa/provider.ts';
import type { About, Notice, Recipient } from '../../domain/notices/notices.ts';
import { isMailAddress } from '../../domain/users/email-address.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { notifyUser, type Telephone } from '../notices/notify-user.ts';
import { dataOf } from './factor-store.ts';
import { masked } from './providers/sms.ts';

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

/**
 * The telephones of factors, where the carrier takes words of this service. A factor was confirmed by a code, so its
 * owner reads the texts. The number in the account is none of them. Nobody has proved it, and it may be a stranger's
 * or one whose texts cost much.
 */
export function telephonesOf(
  deps: Pick<Deps, 'vault' | 'providers'>,
  factors: readonly Encrypted[],
): readonly Telephone[] {
  return factors.flatMap((factor) => {
    const provider = deps.providers.get(factor.method);
    if (!provider?.delivery?.carriesNotices) return [];
    const data = dataOf(deps, provider, factor);
    const [to, toll] = [destinationOf(provider, data), provider.delivery.toll?.(data)];
    return to && toll ? [{ to, toll, userId: factor.userId, hint: masked(to) }] : [];
  });
}

/**
 * Mails the owner of an account a notice, at the address of the account and at those of the factors. A notice of a
 * danger also goes to the telephones of the factors.
 */
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
  await notifyUser(tx, deps, ctx, {
    ...notice,
    alsoTo: [...noticeAddressesOf(deps, factors), ...alsoTo],
    telephones: telephonesOf(deps, factors),
  });
}
