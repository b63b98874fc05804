import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import type { RuledAction } from '../../domain/approvals/approval.ts';
import { forbidden, invalidToken } from '../../domain/sessions/login-problems.ts';
import { type AccountAction, actorFields, type HelpdeskActor, whyNotHelp } from '../../domain/users/actor.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { assertApproved, type Permitted } from '../approvals/assert-approved.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { type Account, isStillInOffice, lockAccount } from '../users/account-store.ts';
import { raiseSecurityVersion } from '../users/security-store.ts';
import { noSuchUser } from '../users/user-faults.ts';

export const whyRefused = {
  own_account: 'This is your own account: somebody else must do it.',
  higher_role: 'This account has a role that only an administrator may help.',
};

/** The action, if a rule can put it under approval. */
type Ruled = { readonly ruled?: Permitted & { readonly action: RuledAction } };
type Work<Result> = { readonly work: (tx: Db, user: Account) => Promise<Result> };

/**
 * Acts on a user's account on behalf of its owner, in one transaction that locks the account's row. Throws 401
 * invalid-token, 404 not-found, or 403 forbidden with the reason: see whyNotHelp. The action takes effect on the next
 * request and on requests in progress.
 */
export async function actOnUser<Result>(
  deps: Pick<Deps, 'db' | 'sessions'>,
  ctx: AuditContext,
  { by, userId, ruled, work }: AccountAction & Ruled & Work<Result>,
): Promise<Result> {
  const outcome = await inTransaction(deps.db, async (tx) => {
    const user = await lockAccount(tx, userId);
    if (!user) throw noSuchUser();
    const refusal = whyNotHelp(by, user);
    if (refusal) return { refusal };
    await assertInOffice(tx, by);
    if (by && ruled)
      await assertApproved(tx, ctx, {
        action: ruled.action,
        permit: ruled.permit ?? null,
        actorId: by.userId,
        userId,
      });
    await raiseSecurityVersion(tx, userId);
    return { done: await work(tx, user) };
  });
  if ('refusal' in outcome) {
    await auditRefusal(deps, ctx, { by, userId, reason: outcome.refusal });
    throw forbidden({ detail: whyRefused[outcome.refusal], reason: outcome.refusal });
  }
  deps.sessions.forgetUser(userId);
  return outcome.done;
}

/** Call it in the transaction of the action. Throws 401 invalid-token if the actor may no longer act. */
export async function assertInOffice(tx: Db, by: HelpdeskActor): Promise<void> {
  if (by && !(await isStillInOffice(tx, by)))
    throw invalidToken({ detail: 'The session of this token has ended.' });
}

/** Audits that an administrator or a helpdesk user was refused an action (PCI DSS 10.2.1.4). */
export async function auditRefusal(
  deps: Pick<Deps, 'db'>,
  ctx: AuditContext,
  { by, userId, reason }: AccountAction & { readonly reason: string },
): Promise<void> {
  const about = { userId, ...actorFields(by), detail: { reason } };
  await writeAudit(deps.db, ctx, { type: 'authz_fail', outcome: 'refused', ...about });
}
