import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../../db/in-transaction.ts';
import { forbidden } from '../../domain/sessions/login-problems.ts';
import {
  type Actor,
  actorFields,
  type Justification,
  justificationDetail,
  whyNotHelp,
} from '../../domain/users/actor.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { lockAccount } from '../users/account-store.ts';
import { accountDisabled, noSuchUser } from '../users/user-faults.ts';
import { assertInOffice, auditRefusal, whyRefused } from './act-on-user.ts';
import { callerCheckSeconds, newCheckNumber, numberMacOf } from './caller-check-number.ts';
import { insertCallerCheck } from './caller-check-store.ts';

export type StartedCallerCheck = {
  readonly id: string;
  /** Only this answer ever shows it. The helpdesk member reads it to the caller. */
  readonly number: string;
  readonly expiresAt: Date;
};

/**
 * Starts a check of who is calling about an account. It sends nothing and says nothing about the factors. The caller
 * opens `/verify-caller`, types the number and chooses a factor there. So the asker can neither choose an address nor
 * see a code. Throws 403 or 404, or 409 if the account is disabled.
 */
export async function startCallerCheck(
  deps: Pick<Deps, 'db' | 'vault'>,
  ctx: AuditContext,
  { by, userId, cause }: { readonly by: Actor; readonly userId: string; readonly cause: Justification },
): Promise<StartedCallerCheck> {
  const id = randomUUID();
  const number = newCheckNumber();
  const expiresAt = new Date(ctx.now.getTime() + callerCheckSeconds * 1000);
  const refusal = await inTransaction(deps.db, async (tx) => {
    const user = await lockAccount(tx, userId);
    if (!user) throw noSuchUser();
    const why = whyNotHelp(by, user);
    if (why) return why;
    await assertInOffice(tx, by);
    if (user.status !== 'active') throw accountDisabled();
    await insertCallerCheck(tx, {
      id,
      numberMac: numberMacOf(deps, number),
      userId,
      actorId: by.userId,
      actorIp: ctx.client.ip,
      createdAt: ctx.now,
      expiresAt,
    });
    const detail = { ...justificationDetail(cause), caller_check: id };
    const event = {
      type: 'caller_check_started',
      outcome: 'success',
      userId,
      ...actorFields(by),
      detail,
    } as const;
    await writeAudit(tx, ctx, event);
    return null;
  });
  if (refusal) {
    await auditRefusal(deps, ctx, { by, userId, reason: refusal });
    throw forbidden({ detail: whyRefused[refusal], reason: refusal });
  }
  return { id, number, expiresAt };
}
