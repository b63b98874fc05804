import { counts } from '../../domain/policy/policy.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { Bearer } from '../../domain/sessions/principal.ts';
import type { Origin } from '../../lib/client-info.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import { spendCode } from './redeem-code.ts';

/** What a proof says: the code that was spent for it, and when. */
export type Proven = { readonly provider: MFAProvider; readonly at: Date };

/**
 * Exchanges one code for a proof, which a script then sends instead of codes: a code works once (RFC 6238 5.2), a proof
 * for ten minutes, with this bearer alone. Recovery codes are for people and not taken.
 */
export async function proveToken(
  deps: Pick<Deps, 'db' | 'vault' | 'providers' | 'policies' | 'tally'>,
  bearer: Bearer,
  code: string,
  origin: Origin,
): Promise<Proven> {
  const at = new Date();
  const policy = deps.policies[bearer.session.area];
  const accepts = (one: MFAProvider) => !one.backup && counts(policy, one.method, one.level);
  const rule = { event: 'mfa_proof_issued', at: 'proof', pointer: '#/mfa_token', accepts } as const;
  const { provider } = await spendCode(deps, bearer, code, rule, origin, at);
  return { provider, at };
}
