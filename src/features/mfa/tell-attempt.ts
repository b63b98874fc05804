import type { AuditEvent } from '../../domain/audit/events.ts';
import type { Meaning } from './verify-answer.ts';
import type { Candidate, Found } from './attempt-store.ts';

/** A login; the step-up of a session; `X-MFA-Token` at a guarded route; and what a code is spent for beside these. */
export type Place = 'login' | 'step_up' | 'guard' | 'proof' | 'change' | 'enrolment';

/** What became of an answer, as the audit tells it. */
export function told(
  found: Found,
  meaning: Meaning,
  type: AuditEvent['type'],
  outcome: AuditEvent['outcome'],
  candidate?: Candidate,
): AuditEvent {
  const { at } = meaning;
  return {
    type,
    outcome,
    userId: found.userId,
    area: found.area ?? meaning.area,
    sessionId: found.sessionId,
    method: candidate?.method ?? null,
    factorId: candidate?.id ?? null,
    detail: { at: typeof at === 'function' ? at(found) : at },
  };
}
