import { levelOf, reaches } from '../areas/core/level.ts';
import { counts, type Policy } from '../areas/core/policy.ts';
import type { Deps } from '../deps.ts';
import { notFound } from '../problem.ts';
import type { FactorRow } from './factor-store.ts';

/** Which factor a client wants to be asked for; neither: whichever comes first. */
export type Choice = { readonly method: string | undefined; readonly factorId: string | undefined };

/**
 * The factors that count in an area, and do not lower a session that steps up. One that was disabled, or whose method
 * is switched off, is not among them.
 */
export function askable<Row extends FactorRow>(
  deps: Pick<Deps, 'providers'>,
  factors: readonly Row[],
  policy: Policy,
  sessionAcr: string | null,
): readonly Row[] {
  return factors.filter(({ method, disabled }) => {
    const provider = deps.providers.get(method);
    if (!provider || disabled || !counts(policy, method, provider.level)) return false;
    return sessionAcr === null || reaches(provider.level, levelOf(sessionAcr));
  });
}

/** Throws 404 where the user has no such factor: nobody else's is ever found. */
export function chooseFactor(factors: readonly FactorRow[], { method, factorId }: Choice): FactorRow {
  const chosen = factors.find((factor) => {
    if (factorId !== undefined) return factor.id === factorId;
    return method === undefined ? !factor.isBackup : factor.method === method;
  });
  if (!chosen) throw notFound({ detail: 'You have no such factor that counts here.' });
  return chosen;
}
