import { inTransaction } from '../../../db/in-transaction.ts';
import { type Justification, justificationDetail } from '../../domain/users/actor.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endEverySession } from './every-session-store.ts';

/** Logs everybody out: after a restore of the database, or when tokens may be in the wrong hands. Gives how many sessions. */
export async function logOutEverybody(
  { db }: Pick<Deps, 'db'>,
  cause: Justification,
  origin: ClientInfo,
): Promise<number> {
  const now = new Date();
  return inTransaction(db, async (tx) => {
    const sessions = await endEverySession(tx, now);
    const detail = { ...justificationDetail(cause), sessions };
    await writeAudit(tx, { type: 'session_ended', outcome: 'success', detail }, origin, now);
    return sessions;
  });
}
