import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../../db/in-transaction.ts';
import { exemptionRulesOf } from '../../domain/policy/exemption-rules.ts';
import { forbidden } from '../../domain/sessions/login-problems.ts';
import { conflict, invalidField, notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { assertApproved, type Permitted } from '../approvals/assert-approved.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { publishSessionsChanged } from '../sessions/session-store.ts';
import { findUser, lockUser } from '../users/user-store.ts';
import { endExemption, findExemptions, insertExemption, type NamedExemption } from './exemption-store.ts';

export type { NamedExemption };

export type ExemptionInput = Permitted & {
  readonly userId: string;
  readonly reason: string;
  readonly endsAt: Date;
  /** Who approved it in writing, such as the CISO. */
  readonly approvedBy?: string | null;
};

/**
 * Exempts one user from the rollout for a while. An area that requires a second factor still requires it, unless its
 * policy is `exemptible`. An exemption has an owner, a reason and an end (PCI DSS 8.5.1), and expires by itself. Throws
 * 400 for an invalid end or a missing approver, and 403 if administrators exempt themselves. Throws 404 if there is no
 * such user, and 409 if the user is exempt already.
 */
export async function exemptUser(
  deps: Pick<Deps, 'db' | 'sessions' | 'preset'>,
  ctx: AuditContext,
  actorId: string,
  { userId, reason, endsAt, approvedBy = null, permit = null }: ExemptionInput,
): Promise<NamedExemption> {
  const { longestDays, needsApprover } = exemptionRulesOf(deps.preset);
  if (endsAt <= ctx.now)
    throw invalidField('#/ends_at', 'Must be in the future, such as the end of the month');
  if (endsAt.getTime() - ctx.now.getTime() > longestDays * 86_400_000)
    throw invalidField('#/ends_at', `At most ${longestDays} days from now`);
  if (needsApprover && approvedBy === null)
    throw invalidField('#/approved_by', 'Name who approved it in writing, such as the CISO');
  if (userId === actorId) throw forbidden({ detail: 'Administrators cannot exempt their own accounts.' });
  const words = { ownerId: actorId, reason, approvedBy };
  const exemption = { id: randomUUID(), userId, ...words, createdAt: ctx.now, endsAt };
  const names = await inTransaction(deps.db, async (tx) => {
    const user = await findUser(tx, userId);
    if (!user) throw notFound({ detail: 'There is no such user.' });
    const owner = await findUser(tx, actorId);
    await assertApproved(tx, ctx, { action: 'exemption', actorId, userId, permit });
    await lockUser(tx, userId); // so that the second of two requests sees the first
    const [other] = await findExemptions(tx, ctx.now, userId);
    if (other) throw conflict({ detail: `This user is already exempt until ${other.endsAt.toISOString()}.` });
    await insertExemption(tx, exemption);
    const approval = approvedBy === null ? {} : { approved_by: approvedBy };
    const detail = { exemption_id: exemption.id, reason, ends_at: endsAt.toISOString(), ...approval };
    const event = { type: 'exemption_made', outcome: 'success', userId, actorId, detail } as const;
    await writeAudit(tx, ctx, event);
    await publishSessionsChanged(tx, userId);
    return { username: user.username, ownerName: owner?.username ?? null };
  });
  deps.sessions.forgetUser(userId);
  return { ...exemption, ...names };
}

/** Ends an exemption before its time. Throws 404 if no exemption with this id is in force. */
export async function endExemptionNow(
  deps: Pick<Deps, 'db' | 'sessions'>,
  ctx: AuditContext,
  actorId: string | null,
  id: string,
): Promise<void> {
  const userId = await inTransaction(deps.db, async (tx) => {
    const of = await endExemption(tx, id, ctx.now);
    if (!of) throw notFound({ detail: 'There is no such exemption in force.' });
    const event = { type: 'exemption_ended', outcome: 'success', userId: of, actorId } as const;
    await writeAudit(tx, ctx, { ...event, detail: { exemption_id: id } });
    await publishSessionsChanged(tx, of);
    return of;
  });
  deps.sessions.forgetUser(userId);
}

export async function listExemptions({ db }: Pick<Deps, 'db'>) {
  return findExemptions(db, new Date());
}
