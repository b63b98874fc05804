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

export type PasswordLinks = ForgottenLinks & { purpose: 'invitation' | 'forgotten' | 'helpdesk' };

export type ForgottenLinks = {
  userId: string;
  tokenHash: string;
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
  heldLogin: Generated<string | null>;
  heldUser: Generated<string | null>;
  heldNetwork: Generated<string | null>;
  toldOnce: Generated<string | null>;
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
