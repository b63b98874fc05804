import type { Db } from '../../db/connect.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { Deps } from '../deps.ts';
import { forbidden } from '../login/core/login-problems.ts';
import type { Origin } from '../origin.ts';
import { notFound } from '../problem.ts';
import { type Account, lockAccount } from './account-store.ts';
import { doneBy, type Helper, whyNotHelp } from './core/helper.ts';

const told = {
  own_account: 'This is your own account: somebody else must do it.',
  higher_role: 'This account has a role that only an administrator may help.',
};

/**
 * Does something to an account for its owner, in one transaction that holds its row. Throws 404, or 403 forbidden with
 * the reason: see whyNotHelp. What was done bites on the next request.
 */
export async function helpUser<Result>(
  deps: Pick<Deps, 'db' | 'sessions'>,
  by: Helper,
  userId: string,
  origin: Origin,
  now: Date,
  work: (tx: Db, user: Account) => Promise<Result>,
): Promise<Result> {
  const outcome = await inTransaction(deps.db, async (tx) => {
    const user = await lockAccount(tx, userId);
    if (!user) throw noSuchUser();
    const refusal = whyNotHelp(by, user);
    return refusal ? { refusal } : { done: await work(tx, user) };
  });
  if ('refusal' in outcome) {
    await refuse(deps, by, userId, outcome.refusal, origin, now);
    throw forbidden({ detail: told[outcome.refusal], reason: outcome.refusal });
  }
  deps.sessions.forgetUser(userId);
  return outcome.done;
}

export function noSuchUser() {
  return notFound({ detail: 'There is no such user.' });
}

/** An administrator who is refused something is told of in the audit (PCI DSS 10.2.1.4). */
export async function refuse(
  deps: Pick<Deps, 'db'>,
  by: Helper,
  userId: string,
  reason: string,
  origin: Origin,
  now: Date,
): Promise<void> {
  const about = { userId, ...doneBy(by), detail: { reason } };
  await writeAudit(deps.db, { type: 'authz_fail', outcome: 'refused', ...about }, origin, now);
}
