import type { Generated, GeneratedAlways } from 'kysely';

/** Tables of schema.ts: how much was sent, under each subject. */
export type Sends = { subject: string; sent: number; windowEndsAt: Date; lastSentAt: Date };

export type SmsTexts = {
  id: string;
  factorId: string;
  country: string;
  isNew: boolean;
  sentAt: Date;
  answeredAt: Date | null;
  failed: Generated<boolean>;
};

export type SmsBreakers = { scope: string; trippedAt: Date; resumesAt: Date; closedAt: Date | null };

export type PasswordLinks = {
  userId: string;
  tokenHash: string;
  purpose: 'invitation' | 'forgotten' | 'helpdesk';
  sentTo: string;
  passwordChangedAt: Date;
  createdAt: Date;
  expiresAt: Date;
};

export type Outbox = {
  id: string;
  messageSealed: string;
  createdAt: Date;
  nextAttemptAt: Date;
  attempts: Generated<number>;
  number: GeneratedAlways<number>;
  username: Generated<string | null>;
  subject: Generated<string | null>;
  hint: Generated<string | null>;
  trouble: Generated<string | null>;
};

/** Mails that have left the outbox. */
export type Letters = {
  id: string;
  username: string;
  subject: string;
  hint: string;
  createdAt: Date;
  endedAt: Date;
  sent: boolean;
  trouble: string | null;
};
