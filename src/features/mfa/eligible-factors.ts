import { levelOf, meets } from '../../domain/policy/assurance-level.ts';
import { type AreaName, acceptsMethod, type Policy } from '../../domain/policy/policy.ts';
import { notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { FactorRow } from './factor-store.ts';

/** Which factor a client wants to be asked for; neither: whichever comes first. */
export type Choice = { readonly method: string | undefined; readonly factorId: string | undefined };

/**
 * The factors that a login into an area may be asked for. A recovery code stands in for one that counts there, though
 * that was disabled or its method switched off; in the place of a weaker one it would open what that does not.
 *
 * Who has the mailbox may have set the password by it: then it is not asked for as the second step too, unless it is all
 * that the account has.
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
  const another = others.some(({ isBackup }) => !isBackup); // though disabled: a thief may have seen to that
  const fit = passwordByMail && another ? others : counting;
  if (fit.every(({ isBackup }) => isBackup)) return [];
  return fit.filter(({ method, disabled }) => providers.has(method) && !disabled);
}

/** Of these the ones that do not lower a session that steps up. */
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

/** What costs nothing, then mail, pushes and text messages; backups last, for they are not meant for every day. */
export function cheapestFirst<Row extends FactorRow>(
  { providers }: Pick<Deps, 'providers'>,
  factors: readonly Row[],
): readonly Row[] {
  const rank = ({ method, isBackup }: Row) => (isBackup ? 4 : (providers.get(method)?.cost ?? 0));
  return factors.toSorted((one, other) => rank(one) - rank(other));
}

/** Throws 404 where the user has no such factor: nobody else's is ever found. */
export function chooseFactor(factors: readonly FactorRow[], { method, factorId }: Choice): FactorRow {
  const chosen = factors.find((factor) => {
    if (factorId !== undefined) return factor.id === factorId;
    return method === undefined ? !factor.isBackup : factor.method === method;
  });
  if (!chosen) throw notFound({ detail: 'You have no such factor that this area accepts.' });
  return chosen;
}

/** The methods that a user could enrol and that would then count in this area. */
export function enrollableMethods(
  deps: Pick<Deps, 'providers' | 'policies'>,
  area: AreaName,
): readonly string[] {
  const all = [...deps.providers.values()];
  const fit = all.filter(
    ({ backup, method, level }) => !backup && acceptsMethod(deps.policies[area], method, level),
  );
  return fit.map(({ method }) => method);
}
