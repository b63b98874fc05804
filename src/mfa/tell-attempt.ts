import type { AuditEvent } from '../audit/core/events.ts';
import type { Meaning } from './attempt.ts';
import type { Candidate, Found } from './attempt-store.ts';

/** What became of an answer, as the audit tells it. */
export function told(
  found: Found,
  meaning: Meaning,
  type: AuditEvent['type'],
  outcome: AuditEvent['outcome'],
  candidate?: Candidate,
): AuditEvent {
  return {
    type,
    outcome,
    userId: found.userId,
    area: found.area ?? meaning.area,
    sessionId: found.sessionId,
    method: candidate?.method ?? null,
    factorId: candidate?.id ?? null,
  };
}
