import type { Deps } from '../../platform/kernel/deps.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import { factorPlace, openJson } from './factor-store.ts';

type Sealed = { readonly id: string; readonly userId: string; readonly dataSealed: string };

/** What a method keeps on a factor, opened from the vault and parsed by the method's own schema. */
export function dataOf({ vault }: Pick<Deps, 'vault'>, provider: MFAProvider, factor: Sealed): unknown {
  return provider.data.parse(openJson(vault, factor.dataSealed, factorPlace(factor)));
}
