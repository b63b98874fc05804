import type { Deps } from '../../platform/kernel/deps.ts';
import type { Origin } from '../../lib/client-info.ts';
import { writeAudit } from './audit-store.ts';
import type { Report } from './verify-chain.ts';

/** That somebody (null: from the terminal) has verified the audit, and what came of it. */
export async function writeAuditVerified(
  { db }: Pick<Deps, 'db'>,
  { fault, lastSeal }: Report,
  userId: string | null,
  origin: Origin,
): Promise<void> {
  const detail = { seal: fault?.seal ?? lastSeal, ...(fault && { reason: fault.kind, seq: fault.seq }) };
  const outcome = fault ? 'failure' : 'success';
  const who = { userId, area: userId ? 'admin' : null };
  await writeAudit(db, { type: 'audit_verified', outcome, ...who, detail }, origin, new Date());
}
