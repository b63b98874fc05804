import type { Generated, JSONColumnType } from 'kysely';
import type { Cut, Seal } from '../src/domain/audit/seal.ts';

/** The times of seals and cuts are written as text: see SealedEvent. */
export type AuditTables = {
  auditEvents: AuditEvents;
  auditSeals: Seal;
  auditCut: Cut;
  auditDeliveries: { place: string; number: number; claimedUntil: Date | null };
};

type AuditEvents = {
  seq: Generated<number>;
  at: Date;
  type: string;
  outcome: 'success' | 'failure' | 'refused';
  userId: string | null;
  actorId: string | null;
  area: string | null;
  method: string | null;
  factorId: string | null;
  sessionId: string | null;
  requestId: string | null;
  ip: string | null;
  userAgent: string | null;
  detail: JSONColumnType<Record<string, unknown>> | null;
};
