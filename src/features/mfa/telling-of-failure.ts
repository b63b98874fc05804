import { writeAudit } from '../audit/audit-store.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { Origin } from '../../lib/client-info.ts';
import { Problem } from '../../lib/problem.ts';
import { whyNotSent } from '../../domain/sms/sms-problems.ts';

/** Opens a challenge. Where its code may not (429) or cannot (503) be sent, the audit hears of that before the client. */
export async function tellingOfFailure<Opened>(
  deps: Pick<Deps, 'db'>,
  about: Omit<AuditEvent, 'type' | 'outcome'>,
  origin: Origin,
  now: Date,
  open: () => Promise<Opened>,
): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof Problem && (error.status === 429 || error.status === 503)) {
      const event = { type: 'mfa_send_failed', outcome: 'failure', ...about, ...whyNotSent(error) } as const;
      await writeAudit(deps.db, event, origin, now);
    }
    throw error;
  }
}
