import { primaryFactors } from '../../domain/mfa/primary-factors.ts';
import { levelOf, meets } from '../../domain/policy/assurance-level.ts';
import { acceptsMethod, type Policy } from '../../domain/policy/policy.ts';
import { notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { isTripped } from '../sms/breaker-store.ts';
import { dataOf, type FactorRow } from './factor-store.ts';

/** The factor that the client chooses. If it names neither, the service asks for the first factor in order. */
export type Choice = { readonly method: string | undefined; readonly factorId: string | undefined };

/**
 * The factors that a login into an area may be asked for. A recovery code replaces a factor that counts there, even if
 * that factor was disabled or its method switched off. It does not replace a weaker factor, because it would give more
 * access than that factor.
 *
 * If the password was set by mail, the second step does not use e-mail too, unless the account has nothing else.
 */
export function eligibleFactors<Row extends FactorRow>(
  { providers }: Pick<Deps, 'providers'>,
  policy: Policy,
  all: readonly Row[],
  passwordByMail: boolean,
): readonly Row[] {
  const byMail = ({ method }: Row) => providers.get(method)?.amr.includes('email') ?? false;
  const counting = all.filter(({ method }) =>
    acceptsMethod(policy, method, providers.get(method)?.level ?? '2'),
  );
  const others = counting.filter((factor) => !byMail(factor));
  const another = primaryFactors(others).length > 0; // a disabled one too: an attacker may have disabled it
  const fit = passwordByMail && another ? others : counting;
  if (primaryFactors(fit).length === 0) return [];
  return fit.filter(({ method, disabled }) => providers.has(method) && !disabled);
}

/** The factors that do not lower the level of a session that steps up. */
export function eligibleForStepUp<Row extends FactorRow>(
  deps: Pick<Deps, 'providers'>,
  factors: readonly Row[],
  policy: Policy,
  { sessionAcr, passwordByMail }: { readonly sessionAcr: string | null; readonly passwordByMail: boolean },
): readonly Row[] {
  const least = sessionAcr === null ? '1' : levelOf(sessionAcr);
  return eligibleFactors(deps, policy, factors, passwordByMail).filter(({ method }) => {
    const provider = deps.providers.get(method);
    return provider && meets(provider.level, least);
  });
}

/**
 * Methods without cost come first, then mail, pushes and text messages. Backups come last, because they are for
 * emergencies.
 */
export function cheapestFirst<Row extends FactorRow>(
  { providers }: Pick<Deps, 'providers'>,
  factors: readonly Row[],
): readonly Row[] {
  const rank = ({ method, isBackup }: Row) => (isBackup ? 4 : (providers.get(method)?.delivery?.cost ?? 0));
  return factors.toSorted((one, other) => rank(one) - rank(other));
}

/** Throws 404 if the user has no such factor. A factor of another user is never found. */
export function chooseFactor(factors: readonly FactorRow[], { method, factorId }: Choice): FactorRow {
  const chosen = factors.find((factor) => {
    if (factorId !== undefined) return factor.id === factorId;
    return method === undefined ? !factor.isBackup : factor.method === method;
  });
  if (!chosen) throw notFound({ detail: 'You have no such factor that this area accepts.' });
  return chosen;
}

/** The methods that a user can enrol and that count under this policy. */
export function enrollableMethods(deps: Pick<Deps, 'providers'>, policy: Policy): readonly string[] {
  const all = [...deps.providers.values()];
  const fit = all.filter(({ backup, method, level }) => !backup && acceptsMethod(policy, method, level));
  return fit.map(({ method }) => method);
}

/**
 * The order in which the service asks for factors, which is normally the owner's. While a breaker blocks text messages
 * to the country of the first factor's number, the cheapest factor comes first. A proven number still gets its text
 * message if the user has no other factor, or if the client names it.
 */
export async function preferCheaperFactor<Row extends FactorRow>(
  deps: Pick<Deps, 'db' | 'vault' | 'providers'>,
  factors: readonly Row[],
): Promise<readonly Row[]> {
  const own = primaryFactors(factors);
  const first = own[0];
  if (!first || own.every(({ method }) => method === first.method)) return factors;
  const provider = deps.providers.get(first.method);
  if (!provider?.delivery?.toll) return factors;
  const { country } = provider.delivery.toll(dataOf(deps, provider, first));
  return (await isTripped(deps.db, country)) ? cheapestFirst(deps, factors) : factors;
}
