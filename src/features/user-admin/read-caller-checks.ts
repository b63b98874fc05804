import { notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { noSuchUser } from '../users/user-faults.ts';
import { findUser } from '../users/user-store.ts';
import { findCallerCheck, listCallerChecks, type ReadCallerCheck } from './caller-check-store.ts';

type CallerCheckState = 'pending' | 'passed' | 'failed' | 'expired' | 'used';
/** A check as the helpdesk member who asked sees it. */
export type CallerCheck = ReadCallerCheck & { readonly state: CallerCheckState };

/** How a check stands, for the helpdesk member who asked. Throws 404 for everybody else. */
export async function readCallerCheck(
  { db }: Pick<Deps, 'db'>,
  { now }: AuditContext,
  whose: { readonly id: string; readonly userId: string; readonly actorId: string },
): Promise<CallerCheck> {
  const check = await findCallerCheck(db, whose);
  if (!check) throw notFound({ detail: 'You have started no such check for this account.' });
  return { ...check, state: stateOf(check, now) };
}

/** The checks of one helpdesk member about an account whose ten minutes are not over, newest first. Throws 404. */
export async function readCallerChecks(
  { db }: Pick<Deps, 'db'>,
  { now }: AuditContext,
  whose: { readonly userId: string; readonly actorId: string },
): Promise<CallerCheck[]> {
  if (!(await findUser(db, whose.userId))) throw noSuchUser();
  const checks = await listCallerChecks(db, whose, now);
  return checks.map((check) => ({ ...check, state: stateOf(check, now) }));
}

function stateOf({ usedAt, status, expiresAt }: ReadCallerCheck, now: Date): CallerCheckState {
  if (usedAt) return 'used';
  if (status === 'failed') return 'failed';
  if (expiresAt <= now) return 'expired';
  return status === 'passed' ? 'passed' : 'pending';
}
