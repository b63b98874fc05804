import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { actorFields, type JustifiedAction, justificationDetail } from '../../domain/users/actor.ts';
import { notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { actOnUser } from '../user-admin/act-on-user.ts';
import { findUser } from '../users/user-store.ts';
import { stopRecoveriesOf } from './recovery-store.ts';

type StopDeps = Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'sessions'>;

/** Stops an own recovery. It needs no fresh factor, because it grants nothing. Throws 404. */
export async function stopOwnRecovery(
  deps: StopDeps,
  ctx: AuditContext,
  { principal: { session }, id }: { readonly principal: SessionPrincipal; readonly id: string },
): Promise<void> {
  const { userId, area, id: sessionId } = session;
  await inTransaction(deps.db, async (tx) => {
    const [stopped] = await stopRecoveriesOf(tx, { userId, only: id }, ctx.now);
    if (stopped === undefined) throw noSuchRecovery();
    await reportStopped(tx, deps, ctx, { userId, area, sessionId, detail: { recovery: id } });
  });
}

/** The helpdesk stops every recovery of an account. Throws 403, or 404 if none goes on. */
export async function stopRecoveriesByHelpdesk(
  deps: StopDeps,
  ctx: AuditContext,
  { by, userId, cause }: JustifiedAction,
): Promise<void> {
  await actOnUser(deps, ctx, {
    by,
    userId,
    work: async (tx) => {
      const stopped = await stopRecoveriesOf(tx, { userId }, ctx.now);
      if (stopped.length === 0) throw noSuchRecovery();
      const detail = { ...justificationDetail(cause), recoveries: stopped };
      await reportStopped(tx, deps, ctx, { userId, ...actorFields(by), detail });
    },
  });
}

/** Writes the event and the letter of a stop, in its transaction. */
export async function reportStopped(
  tx: Db,
  deps: Pick<Deps, 'vault' | 'letterhead' | 'providers'>,
  ctx: AuditContext,
  about: {
    readonly userId: string;
    readonly actorId?: string | null;
    readonly area?: string | null;
    readonly sessionId?: string | null;
    readonly detail: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  await writeAudit(tx, ctx, { type: 'recovery_stopped', outcome: 'success', ...about });
  const user = await findUser(tx, about.userId);
  if (!user) return;
  const factors = await listFactors(tx, about.userId);
  await notifyOwner(tx, deps, ctx, { user, factors, notice: 'recovery_stopped' });
}

export function noSuchRecovery() {
  return notFound({ detail: 'No such recovery goes on.' });
}
