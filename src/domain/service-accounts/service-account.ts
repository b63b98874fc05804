/**
 * A program that gets tokens for itself, and the team or vendor that is responsible for it (PCI DSS 8.6.1, OWASP ASVS
 * 13.2.1).
 */
export type ServiceAccount = {
  readonly id: string;
  readonly name: string;
  /** Who is responsible for the account: a team, a vendor. */
  readonly owner: string;
  readonly description: string | null;
  readonly scopes: readonly string[];
  /** The CIDR blocks that the program may call from. Empty: any address. */
  readonly networks: readonly string[];
  readonly enabledFrom: Date | null;
  /** The account of a third party must have an end (PCI DSS 8.2.7). */
  readonly enabledUntil: Date | null;
  readonly status: 'active' | 'disabled';
  readonly createdAt: Date;
  readonly version: number;
};

type CredentialKind = 'secret' | 'public_key';

export type ServiceCredential = {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly secretHash: string | null;
  readonly publicJwk: Readonly<Record<string, unknown>> | null;
  /** The RFC 7638 thumbprint of a public key. Null for a secret. */
  readonly thumbprint: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
};

/** Two, so that a program can use the new credential before the old one ends (PCI DSS 8.6.3). */
export const mostLiveCredentials = 2;

const day = 24 * 60 * 60;
export const credentialSeconds = { least: 60, usual: 90 * day, most: 365 * day } as const;

type Ends = Pick<ServiceCredential, 'expiresAt' | 'revokedAt'>;
type ServiceAccountStatus = Pick<ServiceAccount, 'status' | 'enabledFrom' | 'enabledUntil'>;

/** Why a credential may not be used, in the words of the audit. Null if it may. */
export function credentialFault({ expiresAt, revokedAt }: Ends, now: Date): string | null {
  if (revokedAt) return 'revoked credential';
  return now >= expiresAt ? 'expired credential' : null;
}

/** Why an account may not be used. Null if it may. */
export function accountFault(
  { status, enabledFrom, enabledUntil }: ServiceAccountStatus,
  now: Date,
): string | null {
  if (status !== 'active') return 'disabled';
  if (enabledFrom && now < enabledFrom) return 'before the window';
  return enabledUntil && now >= enabledUntil ? 'after the window' : null;
}
