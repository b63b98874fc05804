import { randomUUID } from 'node:crypto';
import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import {
  type ApprovalAction,
  approvalHours,
  hoursAfter,
  mayAct,
  ruleOf,
  waitOf,
} from '../../domain/approvals/approval.ts';
import { approvalPending } from '../../domain/approvals/approval-problems.ts';
import { notMeUrl } from '../../domain/notices/not-me.ts';
import { forbidden } from '../../domain/sessions/login-problems.ts';
import { type Actor, type Justification, justificationDetail, whyNotHelp } from '../../domain/users/actor.ts';
import { hashOf, newSecretToken } from '../../lib/crypto/secret-token.ts';
import { invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { notifyUser } from '../notices/notify-user.ts';
import { assertInOffice, auditRefusal, whyRefused } from '../user-admin/act-on-user.ts';
import { type Account, findOtherAdmins, lockAccount } from '../users/account-store.ts';
import { noSuchUser } from '../users/user-faults.ts';
import { findApprovalRules } from './approval-rules-store.ts';
import { findApproval, insertApproval, type NamedApproval } from './approval-store.ts';

export type AskDeps = Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'portalUrl'>;

export type ApprovalRequest = {
  readonly action: ApprovalAction;
  readonly by: Actor;
  /** The factor of the requester. */
  readonly factor: string | null;
  /** The person concerned. Null: the action concerns a policy. */
  readonly userId: string | null;
  /** Null: the request gave no reason. It is then refused where a rule asks for a second person. */
  readonly cause: Justification | null;
  /** What will be done. It holds no secret. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Whether the change is one that the rule is for. Without it, it always is. */
  readonly isRuled?: (tx: Db) => Promise<boolean>;
};

/**
 * Asks a second person for an action, if its rule says so. Returns null if there is no such rule, and the caller goes
 * on. The person concerned gets a letter with a link that stops the request. Throws 400 without a reason, 403 or 404 as
 * the action would, and 409 conflict if the requester has asked already.
 */
export async function askApproval(
  deps: AskDeps,
  ctx: AuditContext,
  request: ApprovalRequest,
): Promise<NamedApproval | null> {
  const { by, userId } = request;
  const outcome = await inTransaction(deps.db, async (tx) => {
    const rule = ruleOf(await findApprovalRules(tx), request.action);
    if (rule.mode === 'none' || !((await request.isRuled?.(tx)) ?? true)) return { approval: null };
    const user = userId === null ? null : await lockAccount(tx, userId);
    if (userId !== null && !user) throw noSuchUser();
    const refusal = user ? whyNotHelp(by, user) : null;
    if (refusal) return { refusal };
    await assertInOffice(tx, by);
    if (!mayAct(request.action, by.roles)) throw forbidden({ reason: 'wrong_role' });
    return {
      approval: await ask(tx, deps, ctx, { ...request, user: user ?? null, waitHours: waitOf(rule) }),
    };
  });
  if (outcome.refusal === undefined) return outcome.approval;
  const reason = outcome.refusal;
  await auditRefusal(deps, ctx, { by, userId: userId ?? '', reason });
  throw forbidden({ detail: whyRefused[reason], reason });
}

type Asked = ApprovalRequest & { readonly user: Account | null; readonly waitHours: number };

async function ask(tx: Db, deps: AskDeps, ctx: AuditContext, asked: Asked): Promise<NamedApproval> {
  const { action, by, factor, user, cause, input, waitHours } = asked;
  if (!cause) throw invalidField('#/reason', 'A second person must approve this: say why you ask');
  const id = randomUUID();
  const token = user && newSecretToken();
  const isNew = await insertApproval(tx, {
    ...{ id, action, userId: user?.id ?? null, input, waitHours },
    ...{ reason: cause.reason, ticket: cause.ticket },
    ...{ requestedBy: by.userId, requestedAt: ctx.now, expiresAt: hoursAfter(ctx.now, approvalHours) },
    stopHash: token && hashOf(token),
  });
  if (!isNew) throw approvalPending();
  await writeAudit(tx, ctx, {
    ...{ type: 'approval_asked', outcome: 'success', userId: user?.id ?? null, actorId: by.userId },
    ...{ area: 'admin', method: factor },
    detail: { approval_id: id, action, ...justificationDetail(cause) },
  });
  await notify(tx, deps, ctx, { asked, link: token && notMeUrl(deps.portalUrl, token) });
  const made = await findApproval(tx, id, ctx.now);
  if (!made) throw new Error('The request was not stored');
  return made;
}

/** Writes to the person concerned at every mail address; about a policy, to the other administrators. */
async function notify(
  tx: Db,
  deps: AskDeps,
  ctx: AuditContext,
  { asked, link }: { readonly asked: Asked; readonly link: string | null },
): Promise<void> {
  const { user, action } = asked;
  if (user && link) {
    const factors = await listFactors(tx, user.id);
    await notifyOwner(tx, deps, ctx, { user, factors, notice: `asked_${action}` as const, link });
    return;
  }
  for (const admin of await findOtherAdmins(tx, asked.by.userId))
    await notifyUser(tx, deps, ctx, { user: admin, notice: `asked_${action}` as const });
}
