import type { Generated, GeneratedAlways } from 'kysely';
import type { EventName, Source } from '../src/domain/security-events/event-names.ts';
import type { Delivery, Receiver } from '../src/domain/security-events/receiver.ts';

export type EventReceivers = {
  id: string;
  name: string;
  delivery: Delivery;
  url: string | null;
  audience: string;
  accountId: string | null;
  secretSealed: string | null;
  earlierSecretSealed: Generated<string | null>;
  earlierSecretUntil: Generated<Date | null>;
  events: EventName[];
  sources: Source[];
  status: Generated<Receiver['status']>;
  verifiedAt: Generated<Date | null>;
  createdAt: Date;
  delivered: Generated<number>;
  deliveredAt: Generated<Date | null>;
  failedAt: Generated<Date | null>;
  trouble: Generated<string | null>;
};

/** Triggers write the rows: see migration 0036. */
export type EventDeliveries = {
  id: Generated<string>;
  number: GeneratedAlways<number>;
  receiverId: string;
  eventId: string;
  source: Source | 'verification';
  /** The user or the service account; zeros if the event is about neither. */
  subject: string;
  occurredAt: Date;
  actorId: string | null;
  sessionId: string | null;
  area: string | null;
  method: string | null;
  factorId: string | null;
  level: string | null;
  earlierLevel: string | null;
  attempts: Generated<number>;
  nextAttemptAt: Date;
  expiresAt: Date;
  parkedAt: Date | null;
  trouble: string | null;
};
