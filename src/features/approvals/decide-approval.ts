import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import {
  approvalHours,
  type Decision,
  type DecisionRefusal,
  hoursAfter,
  whyNotDecide,
} from '../../domain/approvals/approval.ts';
import { mayNotDecide, notRequester, notUsable } from '../../domain/approvals/approval-problems.ts';
import type { Actor } from '../../domain/users/actor.ts';
import { notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { assertInOffice } from '../user-admin/act-on-user.ts';
import { findApproval, isMadeBy, lockApproval, lockPeople, moveApproval } from './approval-store.ts';
import { isHelpReaddressed } from './help-readdressed.ts';

/** Who acts on a request, and with which factor. */
export type OnApproval = { readonly by: Actor; readonly factor: string | null; readonly id: string };

type Locked = NonNullable<Awaited<ReturnType<typeof lockApproval>>>;
type Moved = { readonly approval: Locked; readonly refusal: DecisionRefusal | 'not_requester' | null };

const dayHours = 24;

/**
 * Approves or refuses a request. The wait begins with the approval. Throws 403 forbidden for the requester, the person
 * concerned, and somebody without the role. Throws 404, or 409 conflict if the request is decided or over.
 */
export async function decideApproval(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers'>,
  ctx: AuditContext,
  { by, factor, id }: OnApproval,
  decision: Decision,
): Promise<void> {
  const { approval, refusal } = await inTransaction(deps.db, async (tx): Promise<Moved> => {
    const approval = await lockLive(tx, ctx, id);
    const people = await lockPeople(
      tx,
      [by.userId, approval.requestedBy, approval.userId].filter((one) => one !== null),
    );
    const [decider, requester, person] = [by.userId, approval.requestedBy, approval.userId].map((one) =>
      people.find((found) => found.id === one),
    );
    if (!decider || !requester) throw notUsable('approval_stale');
    const since = hoursAfter(ctx.now, -dayHours);
    const made = await isMadeBy(tx, { userId: by.userId, actorId: requester.id, since });
    const { action } = approval;
    const facts = { action, by, decider, requester, person: person ?? null, isMadeByRequester: made };
    const refusal = whyNotDecide(facts);
    if (refusal) return { approval, refusal };
    if (approval.state !== 'open') throw notUsable('approval_over');
    await assertInOffice(tx, by);
    if (person && person.securityVersion !== approval.securityVersion) throw notUsable('approval_stale');
    if (decision === 'approve' && (await isHelpReaddressed(tx, approval, ctx.now)))
      throw notUsable('approval_stale');
    await apply(tx, ctx, { by, approval, decision });
    await audit(tx, ctx, { by, factor, approval, decision });
    if (person && decision === 'approve')
      await notifyOwner(tx, deps, ctx, {
        user: person,
        factors: await listFactors(tx, person.id),
        notice: 'approval_granted',
      });
    return { approval, refusal: null };
  });
  if (refusal === null) return;
  await auditDenial(deps, ctx, { by, approval, reason: refusal });
  throw refusal === 'not_requester' ? notRequester() : mayNotDecide(refusal);
}

/** Takes a request back. Throws 403 forbidden for everybody but the requester, 404, or 409 conflict if it is over. */
export async function cancelApproval(
  deps: Pick<Deps, 'db'>,
  ctx: AuditContext,
  { by, factor, id }: OnApproval,
): Promise<void> {
  const { approval, refusal } = await inTransaction(deps.db, async (tx): Promise<Moved> => {
    const approval = await lockLive(tx, ctx, id);
    if (approval.requestedBy !== by.userId) return { approval, refusal: 'not_requester' };
    await assertInOffice(tx, by);
    if (!(await moveApproval(tx, { id, from: approval.state, to: 'cancelled' })))
      throw notUsable('approval_over');
    await audit(tx, ctx, { by, factor, approval, decision: 'cancel' });
    return { approval, refusal: null };
  });
  if (refusal === null) return;
  await auditDenial(deps, ctx, { by, approval, reason: refusal });
  throw notRequester();
}

async function lockLive(tx: Db, ctx: AuditContext, id: string): Promise<Locked> {
  const approval = await lockApproval(tx, id);
  if (!approval) throw noSuchApproval();
  const isLive = approval.state === 'open' || approval.state === 'approved';
  if (!isLive || approval.expiresAt <= ctx.now) throw notUsable('approval_over');
  return approval;
}

function noSuchApproval() {
  return notFound({ detail: 'There is no such request.' });
}

async function apply(
  tx: Db,
  { now }: AuditContext,
  { by, approval, decision }: { readonly by: Actor; readonly approval: Locked; readonly decision: Decision },
): Promise<void> {
  const { id, waitHours } = approval;
  const decided = { decidedBy: by.userId, decidedAt: now };
  const readyAt = hoursAfter(now, waitHours);
  const change =
    decision === 'approve'
      ? ({
          to: 'approved',
          set: { ...decided, readyAt, expiresAt: hoursAfter(readyAt, approvalHours) },
        } as const)
      : ({ to: 'refused', set: decided } as const);
  if (!(await moveApproval(tx, { id, from: 'open', to: change.to }, change.set)))
    throw notUsable('approval_over');
}

const types = {
  approve: 'approval_granted',
  refuse: 'approval_refused',
  cancel: 'approval_cancelled',
} as const;

async function audit(
  tx: Db,
  ctx: AuditContext,
  {
    by,
    factor,
    approval: { id, action, userId, requestedBy },
    decision,
  }: {
    readonly by: Actor;
    readonly factor: string | null;
    readonly approval: Locked;
    readonly decision: Decision | 'cancel';
  },
): Promise<void> {
  const about = { userId, actorId: by.userId, area: 'admin', method: factor };
  const detail = { approval_id: id, action, requested_by: requestedBy };
  await writeAudit(tx, ctx, { type: types[decision], outcome: 'success', ...about, detail });
}

/** A refusal is written on its own, because the transaction of the decision has changed nothing. */
export async function auditDenial(
  { db }: Pick<Deps, 'db'>,
  ctx: AuditContext,
  {
    by,
    approval: { id, action, userId },
    reason,
  }: {
    readonly by: Actor;
    readonly approval: Pick<Locked, 'id' | 'action' | 'userId'>;
    readonly reason: string;
  },
): Promise<void> {
  const about = { userId, actorId: by.userId, area: 'admin' };
  const detail = { reason, approval_id: id, action };
  await writeAudit(db, ctx, { type: 'authz_fail', outcome: 'refused', ...about, detail });
}

/** One request with the names of its people. Throws 404. */
export async function readApproval({ db }: Pick<Deps, 'db'>, ctx: AuditContext, id: string) {
  const approval = await findApproval(db, id, ctx.now);
  if (!approval) throw noSuchApproval();
  return approval;
}
