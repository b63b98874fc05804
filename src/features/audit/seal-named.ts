import type { Deps } from '../../platform/kernel/deps.ts';
import { notFound } from '../../lib/problem.ts';
import type { Seal } from '../../domain/audit/seal.ts';
import { findSeal } from './seal-store.ts';

/** The seal behind which somebody wants to go on; undefined where none was named. Throws 404 for one that there is not. */
export async function sealNamed(
  { db }: Pick<Deps, 'db'>,
  number: number | null | undefined,
): Promise<Seal | undefined> {
  if (!number) return undefined;
  const seal = await findSeal(db, number);
  if (!seal) throw notFound({ detail: `There is no seal ${number}.` });
  return seal;
}
