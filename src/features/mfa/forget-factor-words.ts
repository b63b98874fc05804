import { monthsBefore } from '../../domain/audit/months-before.ts';
import { type Job, periodicJob } from '../../lib/periodic-job.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { forgetWords } from './former-factor-store.ts';

const everyMs = 60 * 60 * 1000;

/**
 * Deletes label, hint and remover of factors that were removed longer ago than the service keeps the audit. The history
 * keeps the method and the times as long as the account exists.
 */
export function startForgettingWords(
  { db }: Pick<Deps, 'db'>,
  keepMonths: number,
  onFailure: (error: unknown) => void,
): Job {
  return periodicJob(everyMs, () => forgetFactorWords({ db }, keepMonths, new Date()), onFailure);
}

export async function forgetFactorWords({ db }: Pick<Deps, 'db'>, keepMonths: number, now: Date) {
  await forgetWords(db, monthsBefore(now, keepMonths));
}
