import type { Generated, JSONColumnType } from 'kysely';

/** The tables of service accounts: see schema.ts. */
export type ServiceTables = {
  serviceAccounts: ServiceAccounts;
  serviceCredentials: ServiceCredentials;
  usedAssertions: UsedAssertions;
  revokedTokens: RevokedTokens;
};

type ServiceAccounts = {
  id: string;
  name: string;
  owner: string;
  description: string | null;
  scopes: string[];
  networks: string[];
  enabledFrom: Date | null;
  enabledUntil: Date | null;
  status: Generated<'active' | 'disabled'>;
  createdAt: Date;
  version: Generated<number>;
};

type ServiceCredentials = {
  id: string;
  accountId: string;
  kind: 'secret' | 'public_key';
  secretHash: string | null;
  publicJwk: JSONColumnType<Record<string, unknown>> | null;
  thumbprint: string | null;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
};

type UsedAssertions = { accountId: string; jtiHash: string; expiresAt: Date };

type RevokedTokens = { jti: string; expiresAt: Date };
