import type { Generated } from 'kysely';

/** Checks of who is calling the helpdesk. */
export type CallerChecks = {
  id: string;
  numberMac: string;
  userId: string;
  actorId: string;
  actorIp: string;
  challengeId: Generated<string | null>;
  attempts: Generated<number>;
  status: Generated<'open' | 'passed' | 'failed'>;
  method: Generated<string | null>;
  fromAsker: Generated<boolean | null>;
  createdAt: Date;
  expiresAt: Date;
  answeredAt: Generated<Date | null>;
  usedAt: Generated<Date | null>;
  usedFor: Generated<string | null>;
};
