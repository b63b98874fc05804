import { inTransaction } from '../../../db/in-transaction.ts';
import { actorFields, type HelpdeskActor } from '../../domain/users/actor.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { assertInOffice } from '../user-admin/act-on-user.ts';
import { takeUnenrolled } from './grace-store.ts';
import { mailReminder } from './mail-reminder.ts';

/** How long a user gets no second reminder of an administrator. */
const apartMs = 86_400_000;
/** At most, in one request: the next request goes on. */
const mostReminders = 2_000;

/**
 * Mails a reminder to each user who must enrol and has no second factor. A user gets at most one a day this way.
 * Returns how many were mailed, and whether there are more. Throws 401 invalid-token.
 */
export async function remindUnenrolled(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'portalUrl'>,
  ctx: AuditContext,
  by: HelpdeskActor,
): Promise<{ readonly reminded: number; readonly more: boolean }> {
  const before = new Date(ctx.now.getTime() - apartMs);
  return inTransaction(deps.db, async (tx) => {
    await assertInOffice(tx, by);
    const due = await takeUnenrolled(tx, { before, most: mostReminders }, ctx.now);
    for (const user of due) await mailReminder(tx, deps, user, ctx.now);
    const detail = { sent: due.length };
    await writeAudit(tx, ctx, { type: 'rollout_reminded', outcome: 'success', ...actorFields(by), detail });
    return { reminded: due.length, more: due.length === mostReminders };
  });
}
