import { opensWithoutPassword } from '../../domain/mfa/without-password.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { dataOf, type listFactors } from './factor-store.ts';

type Factors = readonly Awaited<ReturnType<typeof listFactors>>[number][];

/** The number of unused recovery codes. */
export function recoveryCodesLeft(deps: Pick<Deps, 'vault' | 'providers'>, factors: Factors): number {
  return factors.reduce((sum, factor) => {
    const provider = deps.providers.get(factor.method);
    const remaining = provider?.backup?.remaining?.(dataOf(deps, provider, factor)) ?? 0;
    return sum + remaining;
  }, 0);
}

/** Whether these factors open an account that has no password: see opensWithoutPassword. */
export function canGoWithoutPassword(deps: Pick<Deps, 'vault' | 'providers'>, factors: Factors): boolean {
  const passkeys = factors.filter(
    ({ method, isPasskey, disabled }) => isPasskey && !disabled && deps.providers.get(method)?.passkey,
  );
  return opensWithoutPassword({
    passkeys: passkeys.length,
    recoveryCodes: recoveryCodesLeft(deps, factors),
  });
}
