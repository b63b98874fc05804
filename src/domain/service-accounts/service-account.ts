/** A program that fetches tokens for itself, and who answers for it (PCI DSS 8.6.1, OWASP ASVS 13.2.1). */
export type ServiceAccount = {
  readonly id: string;
  readonly name: string;
  /** Who answers for it: a team, a vendor. */
  readonly owner: string;
  readonly description: string | null;
  readonly scopes: readonly string[];
  /** CIDR blocks that it may come from; none: from anywhere. */
  readonly networks: readonly string[];
  readonly enabledFrom: Date | null;
  /** An account of a third party has an end (PCI DSS 8.2.7). */
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
  /** Of a public key: RFC 7638. */
  readonly thumbprint: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
};

/** Two, so that a new one is at work before the old one goes (PCI DSS 8.6.3). */
export const mostLiveCredentials = 2;

const day = 24 * 60 * 60;
export const credentialSeconds = { least: 60, usual: 90 * day, most: 365 * day } as const;

type Ends = Pick<ServiceCredential, 'expiresAt' | 'revokedAt'>;
type ServiceAccountStatus = Pick<ServiceAccount, 'status' | 'enabledFrom' | 'enabledUntil'>;

/** Why a credential may not be used, in the words of the audit; null where it may. */
export function credentialFault({ expiresAt, revokedAt }: Ends, now: Date): string | null {
  if (revokedAt) return 'revoked credential';
  return now >= expiresAt ? 'expired credential' : null;
}

/** Why an account may not be used; null where it may. */
export function accountFault(
  { status, enabledFrom, enabledUntil }: ServiceAccountStatus,
  now: Date,
): string | null {
  if (status !== 'active') return 'disabled';
  if (enabledFrom && now < enabledFrom) return 'before the window';
  return enabledUntil && now >= enabledUntil ? 'after the window' : null;
}
