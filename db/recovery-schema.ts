import type { Generated } from 'kysely';

export type RecoveryTables = {
  recoveryLinks: {
    tokenHash: string;
    userId: string;
    securityVersion: number;
    sentTo: string;
    createdAt: Date;
    expiresAt: Date;
  };
  recoveries: {
    id: string;
    codeHash: string;
    userId: string;
    securityVersion: number;
    /** The address that the link went to. The recovery is void once the account has another one. */
    sentTo: string;
    state: Generated<'open' | 'waiting' | 'finished' | 'stopped'>;
    ip: string;
    userAgent: string | null;
    openedAt: Date;
    expiresAt: Date;
    recoveryCodeAt: Date | null;
    addressAt: Date | null;
    deviceAt: Date | null;
    colleagueAt: Date | null;
    challengeId: string | null;
    addressFactorId: string | null;
    askedAt: Date | null;
    colleagueId: string | null;
    colleagueCodeMac: string | null;
    guesses: Generated<number>;
    provenAt: Date | null;
    readyAt: Date | null;
    toldAt: Date | null;
    endedAt: Date | null;
    stopHashes: Generated<string[]>;
  };
  recoveryColleagues: {
    userId: string;
    name: string;
    colleagueId: string | null;
    namedAt: Date;
    confirmedAt: Date | null;
  };
};
