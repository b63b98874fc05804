import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import type { RuledAction } from '../../domain/approvals/approval.ts';
import { forbidden, invalidToken } from '../../domain/sessions/login-problems.ts';
import {
  type AccountAction,
  type Actor,
  actorFields,
  type HelpdeskActor,
  whyNotHelp,
} from '../../domain/users/actor.ts';
import {
  type EvidenceUse,
  type HelpEvidence,
  type HelpRequirement,
  missingEvidence,
} from '../../domain/users/help-evidence.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { assertApproved, isByApproval, type Permitted } from '../approvals/assert-approved.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { type Account, isStillInOffice, lockAccount } from '../users/account-store.ts';
import { raiseSecurityVersion } from '../users/security-store.ts';
import { noSuchUser } from '../users/user-faults.ts';
import { spendCallerCheck } from './caller-check-store.ts';

/** The words of a refusal, by reason. */
export const whyRefused = {
  own_account: 'This is your own account: somebody else must do it.',
  higher_role: 'This account has a role that only an administrator may help.',
  caller_check_required: 'Check who is calling first, and send the id of the passed check as caller_check.',
  evidence_required:
    'Check who is calling first, and send the id of the passed check as caller_check. Or send two kinds of evidence.',
  caller_check_invalid:
    'This check does not count: it is not passed, used, over, about another account, or of a colleague.',
};

/** The evidence that an action needs, and what the actor offers. */
type NeededEvidence = {
  readonly requires: HelpRequirement;
  readonly use: EvidenceUse;
  readonly evidence: HelpEvidence | undefined;
};

/** The evidence that counted, as fields of the detail of an audit event. */
type EvidenceDetail = Readonly<Record<string, unknown>>;

/** The action, if a rule can put it under approval, and the evidence of who is calling. Each is asked for by itself. */
type Guards = {
  readonly ruled?: Permitted & { readonly action: RuledAction };
  readonly needs?: NeededEvidence;
};
type Work<Result> = {
  readonly work: (tx: Db, user: Account, evidence: EvidenceDetail) => Promise<Result>;
};

/**
 * Acts on a user's account on behalf of its owner, in one transaction that locks the account's row. Throws 401
 * invalid-token, 404 not-found, or 403 forbidden with the reason: see whyNotHelp. The action takes effect on the next
 * request and on requests in progress.
 */
export async function actOnUser<Result>(
  deps: Pick<Deps, 'db' | 'sessions'>,
  ctx: AuditContext,
  { by, userId, ruled, needs, work }: AccountAction & Guards & Work<Result>,
): Promise<Result> {
  const outcome = await inTransaction(deps.db, async (tx) => {
    const user = await lockAccount(tx, userId);
    if (!user) throw noSuchUser();
    const refusal = whyNotHelp(by, user);
    if (refusal) return { refusal };
    await assertInOffice(tx, by);
    // Before the approval: a refusal here commits, and must leave the approval as it is.
    const evidence = by && needs ? await spendEvidence(tx, ctx, { by, userId, needs }) : { detail: {} };
    if ('refusal' in evidence) return evidence;
    if (by && ruled)
      await assertApproved(tx, ctx, {
        action: ruled.action,
        permit: ruled.permit ?? null,
        actorId: by.userId,
        userId,
      });
    await raiseSecurityVersion(tx, userId);
    return { done: await work(tx, user, evidence.detail) };
  });
  if ('refusal' in outcome) {
    await auditRefusal(deps, ctx, { by, userId, permit: ruled?.permit, reason: outcome.refusal });
    throw forbidden({ detail: whyRefused[outcome.refusal], reason: outcome.refusal });
  }
  deps.sessions.forgetUser(userId);
  return outcome.done;
}

/**
 * Uses the evidence up, in the transaction of the action: if the action fails, the check can be used again. Gives the
 * reason of a refusal, and then nothing is written.
 */
async function spendEvidence(
  tx: Db,
  { now }: AuditContext,
  { by, userId, needs }: { readonly by: Actor; readonly userId: string; readonly needs: NeededEvidence },
): Promise<{ readonly refusal: keyof typeof whyRefused } | { readonly detail: EvidenceDetail }> {
  const { requires, use, evidence = { callerCheck: null, kinds: [] } } = needs;
  const { callerCheck: id, kinds } = evidence;
  const refusal = missingEvidence(requires, evidence);
  if (refusal) return { refusal };
  const named = kinds.length > 0 ? { evidence: kinds } : {};
  if (id === null) return { detail: named };
  const spent = await spendCallerCheck(tx, { id, userId, actorId: by.userId }, { use, now });
  if (!spent) return { refusal: 'caller_check_invalid' };
  const { method, fromAsker } = spent;
  return { detail: { ...named, caller_check: id, caller_method: method, from_asker: fromAsker } };
}

/** Call it in the transaction of the action. Throws 401 invalid-token if the actor may no longer act. */
export async function assertInOffice(tx: Db, by: HelpdeskActor): Promise<void> {
  if (by && !(await isStillInOffice(tx, by)))
    throw invalidToken({ detail: 'The session of this token has ended.' });
}

/**
 * Audits that an administrator or a helpdesk user was refused an action (PCI DSS 10.2.1.4). For an approved request
 * `executeApproval` writes this event, with the id of the request.
 */
export async function auditRefusal(
  deps: Pick<Deps, 'db'>,
  ctx: AuditContext,
  { by, userId, permit, reason }: AccountAction & Permitted & { readonly reason: string },
): Promise<void> {
  if (isByApproval(permit)) return;
  const about = { userId, ...actorFields(by), detail: { reason } };
  await writeAudit(deps.db, ctx, { type: 'authz_fail', outcome: 'refused', ...about });
}
