import { inTransaction } from '../../../db/in-transaction.ts';
import { type Actor, actorFields } from '../../domain/users/actor.ts';
import { maskAddress } from '../../domain/users/email-address.ts';
import { conflict, tooManyAttempts } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { notifyUser } from '../notices/notify-user.ts';
import { reserveSends } from '../throttling/send-budget-store.ts';
import { findUser } from '../users/user-store.ts';
import { assertInOffice } from './act-on-user.ts';

const rules = { perWindow: 5, windowSeconds: 15 * 60, apartSeconds: 0 } as const;

/**
 * Puts a test mail to the actor's own address into the outbox. Returns the masked address. Throws 401 invalid-token,
 * 409 if there is no address or no mail server, or 429 after five mails in 15 minutes.
 */
export async function sendTestMail(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'sendsMail'>,
  ctx: AuditContext,
  by: Actor,
): Promise<string> {
  return inTransaction(deps.db, async (tx) => {
    await assertInOffice(tx, by);
    const user = await findUser(tx, by.userId);
    if (!user?.email) throw conflict({ detail: 'Your account has no mail address.', reason: 'no_address' });
    if (!deps.sendsMail)
      throw conflict({ detail: 'This service has no mail server: set SMTP_URL.', reason: 'no_mail_server' });
    const budgets = [{ subject: `test-mail:${by.userId}`, rules }];
    const { refused, waitSeconds } = await reserveSends(tx, { budgets, now: ctx.now });
    if (refused) throw tooManyAttempts('sends', { retry_after: waitSeconds });
    await notifyUser(tx, deps, ctx, { user, notice: 'test_mail', about: null });
    const event = {
      type: 'test_mail_sent',
      outcome: 'success',
      userId: by.userId,
      ...actorFields(by),
    } as const;
    await writeAudit(tx, ctx, event);
    return maskAddress(user.email);
  });
}
