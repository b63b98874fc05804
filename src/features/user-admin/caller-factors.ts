import { destinationOf } from '../../domain/mfa/provider.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { eligibleFactors } from '../mfa/eligible-factors.ts';
import { dataOf, findUserWithFactors } from '../mfa/factor-store.ts';

/** The methods that send something to the caller. The caller names one; the service alone knows whether there is one. */
export const sentMethods = ['email', 'sms', 'duo_push'] as const;
export type SentMethod = (typeof sentMethods)[number];

/**
 * The methods that can say who is calling. A bypass code cannot: the helpdesk made it. A security key cannot, because
 * its challenge would tell the page which keys the account has.
 */
export const callerMethods: readonly string[] = ['totp', 'recovery_code', ...sentMethods];

/**
 * The owner of an account, and the factors that can say who is calling: those that a login to `public` may be asked
 * for. The mailbox of the account does not count, because who reads it can already set the password.
 */
export async function findCaller(
  deps: Pick<Deps, 'db' | 'vault' | 'providers'>,
  ctx: RequestContext,
  userId: string,
) {
  const found = await findUserWithFactors(deps.db, userId);
  if (!found) return undefined;
  const { user, factors } = found;
  const isOwnMailbox = (factor: (typeof factors)[number]) => {
    const provider = deps.providers.get(factor.method);
    const to = provider && destinationOf(provider, dataOf(deps, provider, factor));
    return to?.toLowerCase() === user.email?.toLowerCase();
  };
  const eligible = eligibleFactors(deps, ctx.policies.public, factors, user.passwordByMail);
  const fit = eligible.filter(
    (factor) => callerMethods.includes(factor.method) && !(factor.method === 'email' && isOwnMailbox(factor)),
  );
  return { user, factors: fit };
}
